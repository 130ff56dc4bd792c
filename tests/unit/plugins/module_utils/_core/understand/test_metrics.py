# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.workers.systemd.plugins.module_utils._core.understand.metrics import read_metrics, textfile

READ = {
    "nothing": (None, "", ""),
    "a directory": ("/var/lib/prometheus/node-exporter/", "/var/lib/prometheus/node-exporter", ""),
    "a way around": ("/var/lib/../lib//x", "/var/lib/x", ""),
    "a relative path": ("prometheus", "", "an absolute path"),
    "an empty text": ("", "", "an absolute path"),
    "a file": ("/var/lib/prometheus/node-exporter/workers.prom", "", "a directory"),
}


@pytest.mark.parametrize(("given", "directory", "expected"), READ.values(), ids=READ.keys())
def test_it_is_a_directory(given: t.Optional[str], directory: str, expected: str) -> None:
    found, problems = read_metrics(given, "metrics")
    assert (found, [one.expected for one in problems]) == (directory, [expected] if expected else [])


def test_the_file_in_it() -> None:
    assert (textfile("/x"), textfile("/")) == ("/x/workers.prom", "/workers.prom")
