# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A test of Jinja: whether a result shows a secret."""

from __future__ import annotations

import base64
import typing as t

from ansible.errors import AnsibleError

from ansible_collections.workers.systemd.plugins.plugin_utils.results import texts_in


def showing(result: t.Any, secrets: t.Any) -> bool:
    """Whether any of the secrets, a text or a list of texts, is anywhere in a result, as it is or in base64."""
    named = [secrets] if isinstance(secrets, str) else list(secrets)
    if not all(map(str, named)):
        raise AnsibleError("the secret is empty: name one with at least one character")
    forms = [form for secret in map(str, named) for form in (secret, base64.b64encode(secret.encode()).decode())]
    return any(form in text for text in texts_in(result) for form in forms)


class TestModule:
    def tests(self) -> t.Dict[str, t.Callable[..., bool]]:
        return {"showing": showing}
