# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation site that ``make docs`` builds, without the network."""

from __future__ import annotations

import re
import typing as t

from docutils import nodes

project = "workers.systemd"
html_title = "workers.systemd"
html_theme = "furo"
html_theme_options = {
    "source_repository": "https://github.com/workers-systemd/workers.systemd/",
    "source_branch": "main",
    "source_directory": "docs/",
}
html_show_copyright = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
extensions = ["myst_parser", "sphinx_antsibull_ext", "sphinx.ext.graphviz"]
graphviz_output_format = "svg"
# Headings get the anchors that they have where people read the source.
myst_heading_anchors = 4
smartquotes = False

ANSIBLE = "https://docs.ansible.com/ansible/latest"
# Labels of Ansible's own documentation that antsibull-docs refers to.
PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
MODULES = "ansible_collections.ansible.builtin."


def link_to_ansible(_app: t.Any, _env: t.Any, node: t.Any, content: t.Any) -> nodes.reference | None:
    target = node["reftarget"]
    page = PAGES.get(target)
    if target.startswith(MODULES):
        page = f"collections/ansible/builtin/{target[len(MODULES) :]}.html"
    return nodes.reference("", "", content, internal=False, refuri=f"{ANSIBLE}/{page}") if page else None


def fitted(_app: t.Any, name: str, source: t.List[str]) -> None:
    """The pages of the modules, as antsibull-docs writes them for another theme.

    The theme lists the sections of each page beside it, and shows an error for a second list in the page. Its list of
    all pages is narrow, so a module has its name there and not its whole title.
    """
    if name.startswith("modules/"):
        text = re.sub(r"^\.\. contents::\n(?:[ ]+:.*\n)*", "", source[0], flags=re.MULTILINE)
        source[0] = re.sub(r"^    (\w+)_(module|test|role)$", r"    \1 \2 <\1_\2>", text, flags=re.MULTILINE)


def setup(app: t.Any) -> None:
    app.connect("source-read", fitted)
    app.connect("missing-reference", link_to_ansible)
