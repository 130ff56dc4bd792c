# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The supervisord of a lab host, beside one that a package may bring."""

from __future__ import annotations

# Its main file. The programs are in /etc/lab.d/*.ini, when this file is in /etc.
SUPERVISORD = """
[unix_http_server]
file=/run/lab-supervisor.sock
[supervisord]
pidfile=/run/lab-supervisord.pid
logfile=/var/log/lab-supervisord.log
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix:///run/lab-supervisor.sock
[include]
files = lab.d/*.ini
"""
