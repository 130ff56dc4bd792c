# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads pools from the options of the ``pools`` module, with every problem found at once."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from ansible_collections.workers.systemd.plugins.module_utils._core import marks
from ansible_collections.workers.systemd.plugins.module_utils._core.characters import not_text
from ansible_collections.workers.systemd.plugins.module_utils._core.problem import Problem, Problems, did_you_mean
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd import unit_name
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.env_text import as_text, read_variables
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.exec_text import (
    NO_LOGIN_PATH,
    UNANSWERED,
    argv_problems,
    render_argv,
    split_command,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.readiness import (
    TELL_THEMSELVES,
    awaited_signal,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.unit_text import (
    Value,
    last_text,
    section_problems,
    value_problems,
    value_texts,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.systemd.values import quantities, time_span
from ansible_collections.workers.systemd.plugins.module_utils._core.understand import (
    hardening,
    job,
    own_lists,
    per_instance,
    presets,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.alert import Alert, read_alert
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.bound_to import (
    bond_problems,
    read_bound_to,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.credentials import read_credentials
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.hardening import read_limit
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.instance_names import (
    item_problems,
    read_instances,
    surge_problems,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.liveness import Liveness, read_liveness
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.paths import (
    PATH_LIST_SYNTAX,
    environment_file_problems,
    path_problems,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.policy import (
    Policy,
    read_check,
    read_policy,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool import (
    ALWAYS_OURS,
    DIRECTORIES,
    LIMITS,
    LOGS,
    SAME_AS_OPTION,
    OwnSettings,
    Pool,
    Sections,
    without_dash,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.pool_order import (
    order_problems,
    read_after,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.recycle import Recycle, read_recycle
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.release import Release, read_release
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.replaces import (
    Replaces,
    read_replaces,
)
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.scaling import Scaling, read_scaling
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.schedule import Schedule, read_schedule
from ansible_collections.workers.systemd.plugins.module_utils._core.understand.user_scope import (
    ACCOUNT,
    not_for_users,
    read_scope,
)

Params = t.Mapping[str, t.Any]
Read = t.Callable[[t.Mapping[t.Any, t.Any], str], t.Tuple[t.Dict[str, str], t.List[Problem]]]

# These add to those of `secrets_as: credentials`.
OF_CREDENTIALS = ("LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted")
# Written by systemd for its own protocols (systemd.exec(5), "Environment Variables Set or Propagated"), or by us.
RESERVED_VARIABLES = re.compile(
    r"INVOCATION_ID|NOTIFY_SOCKET|LISTEN_(?:FDS|PID|FDNAMES)|WATCHDOG_(?:USEC|PID)|JOURNAL_STREAM"
    r"|MAINPID|MANAGERPID|SYSTEMD_EXEC_PID|CREDENTIALS_DIRECTORY|WORKERS_[A-Z]+"
)
# systemd reads an unsigned integer of 32 bits; a tenth of it is enough for anybody.
LINES = re.compile(r"[0-9]{1,9}")
# Seconds in which a worker has to show that it lives.
WATCHDOG = 1.0, 86400.0
# Seconds for which journald keeps lines.
SHORTEST_KEEP, LONGEST_KEEP = 60, 100 * 365.25 * 86400
# Bytes of a journal. Below, journald may have room for nothing but the files that it writes now.
LEAST_LOGS, MOST_LOGS = 16 * 2**20, 2**60
# Words that only a shell understands.
SHELL_WORDS = frozenset({"|", "||", "&&", "&", ">", ">>", "<", "2>&1", ";"})
# One directory of systemd.exec(5), StateDirectory=, without what its list needs quotes for.
DIRECTORY = re.compile(r"(?:[A-Za-z0-9_.@-]|%i)+(?:/(?:[A-Za-z0-9_.@-]|%i)+)*")


def understand(
    params: t.Sequence[Params], timers: t.Sequence[Params] = ()
) -> t.Tuple[t.Tuple[Pool, ...], t.List[Problem]]:
    """Reads the options ``pools`` and ``timers``, and lists everything that is wrong in all of them.

    With problems, the pools are good for more checks and nothing else: a part that had one is empty.
    """
    problems: t.List[Problem] = []
    pools = [_Reader(one, f"pools[{index}]", problems).pool() for index, one in enumerate(params)]
    pools += [_TimerReader(one, f"timers[{index}]", problems).timer() for index, one in enumerate(timers)]
    first: t.Dict[t.Tuple[str, str], str] = {}
    for pool in pools:
        problems.extend(surge_problems(pool))
        same = first.setdefault((pool.manager_of, pool.name), pool.where)
        if pool.name and same != pool.where:
            problems.append(Problem(f"{pool.where}.name", repr(pool.name), "a name used once", f"{same} has it too"))
    problems.extend([*order_problems(pools), *bond_problems(pools)])
    return tuple(pools), problems


# Large: each method reads one option of a pool.
class _Reader:
    """Reads one pool, noting problems as it goes instead of stopping at the first."""

    BECOMES = "NAME@.service and NAME.target"

    def __init__(self, params: Params, where: str, problems: t.List[Problem]) -> None:
        self.params = params
        name = params.get("name") or ""
        self.name = name if unit_name.POOL_NAME.fullmatch(name) else ""
        self.where = f"{where} ({self.name})" if self.name else where
        self.problems = problems

    def problem(self, option: str, found: str, expected: str, hint: str = "") -> None:
        self.problems.append(Problem(f"{self.where}.{option}", found, expected, hint))

    # Large: one line for each option of a pool.
    def pool(self) -> Pool:
        if not self.name:
            self.problem(
                "name",
                repr(self.params.get("name")),
                "letters, digits, '_', '.', '-', the first a letter or digit, at most 100",
                f"It becomes {self.BECOMES}.",
            )
        elif marks.is_taken(self.name):
            self.problem("name", repr(self.name), "another name", "The collection has units of this name.")
        manager_of = self._manager_of()
        if self.params.get("state") == "absent":
            return Pool(self.name, self.where, present=False, manager_of=manager_of)
        exec_start, executable = self._command()
        command = self.params.get("command")
        preset, drain_timeout = self._choice("preset", presets.PRESETS, presets.DEFAULT), self._drain_timeout()
        as_credentials = self.params.get("secrets_as") == "credentials"
        environment, secrets = self._variables(as_credentials=as_credentials)
        profile = self._choice("hardening", hardening.PROFILES, hardening.DEFAULT)
        unit = self._unit(secrets if as_credentials else {})
        service = {"User": self.params.get("user"), **unit.get("Service", {})}
        scaling, release = self._scaling(), self._release()
        instances, limits = scaling.at_boot if scaling else self._instances(), self._limits()
        logs, keep = self._logs()
        keep_at_most = self._keep_at_most()
        watchdog = self._watchdog(unit.get("Service", {}))
        names = scaling.names if scaling else instances
        of_instances = self._per_instance(names, as_credentials=as_credentials)
        as_root = not manager_of and hardening.runs_as_root(service.get("User"), service.get("DynamicUser", False))
        pool = Pool(
            name=self.name,
            where=self.where,
            paused=self.params.get("state") == "paused",
            manager_of=manager_of,
            exec_start=exec_start,
            executable=executable,
            literal=_literal(command) if isinstance(command, list) and exec_start else (),
            user=self._account("user") if not manager_of else None,
            group=self._account("group"),
            working_directory=self._working_directory() or (release.link if release else None),
            release=release,
            instances=instances,
            environment=environment,
            secrets={} if as_credentials else secrets,
            credentials=secrets if as_credentials else {},
            environment_files=self._environment_files(),
            watch=self._paths("watch"),
            preset=preset,
            drain_timeout=drain_timeout,
            watchdog=watchdog,
            limits=limits,
            logs=logs,
            keep=keep,
            keep_at_most=keep_at_most,
            hardening=profile,
            guards=hardening.directives(
                profile,
                self._needs(profile, as_root=as_root),
                privileged=_gives_rights(exec_start, [unit, *(one.unit for one in of_instances.values())]),
            ),
            max_exposure=self._max_exposure(),
            writable_paths=self._writable_paths(),
            directories=self._directories(),
            unit=unit,
            after=self._after(),
            bound_to=self._bound_to(),
            rollout=replace(
                self._rollout(presets.patience(preset, drain_timeout)),
                awaits="" if watchdog else _awaits(preset, exec_start, unit.get("Service", {})),
            ),
            liveness=self._liveness(names),
            recycle=self._recycle(limits, of_instances),
            per_instance=of_instances,
            adopt=bool(self.params.get("adopt")),
            replaces=self._replaces(),
            scaling=scaling,
        )
        metrics, capacity = self.params.get("metrics") or "", self.params.get("capacity")
        if capacity and capacity.memory and not pool.memory_max:
            expected, hint = "an amount of memory, such as 512M", "capacity.memory counts each instance with it."
            for name, text in pool.memory_limits.items():
                if not quantities.size(text):
                    where = f"per_instance.{name}.limits.memory_max" if name else "limits.memory_max"
                    self.problem(where, repr(text) if text else "nothing", expected, hint)
        return replace(pool, alert=self._alert(pool), metrics=metrics, capacity=capacity)

    def _alert(self, pool: Pool) -> t.Optional[Alert]:
        given, of_user = self.params.get("alert"), self.params.get("scope") == "user"
        account = pool.manager_of if of_user else pool.account
        if given is None or (of_user and not account):
            return None
        # That another user is refused is said elsewhere.
        found, wrong = read_alert({**given, "user": None} if of_user else given, account, f"{self.where}.alert")
        self.problems.extend(wrong)
        return found

    def _replaces(self) -> t.Optional[Replaces]:
        found, problems = read_replaces(
            self.params.get("replaces"), f"{self.where}.replaces", self.params.get("user") or ""
        )
        self.problems.extend(problems)
        if found and self.params.get("scope") == "user":
            self.problem("replaces", "given", "nothing with scope: user")
        return found

    def _per_instance(self, instances: t.Sequence[str], *, as_credentials: bool) -> t.Dict[str, OwnSettings]:
        where = f"{self.where}.per_instance"
        given, found = per_instance.read_shapes(self.params.get("per_instance") or {}, where)
        self.problems.extend(found)
        if not any(problem.where.startswith(f"{self.where}.instances") for problem in self.problems):
            counted = not isinstance(self.params.get("instances"), (list, dict))
            self.problems.extend(per_instance.name_problems(given, instances, where, counted=counted))
        for_user = self.params.get("scope") == "user"
        return {
            name: _Reader(options, f"{where}.{name}", self.problems).own(
                as_credentials=as_credentials, for_user=for_user
            )
            for name, options in given.items()
        }

    def own(self, *, as_credentials: bool, for_user: bool) -> OwnSettings:
        """The settings of one instance."""
        environment, secrets = self._variables(as_credentials=as_credentials)
        unit = self._unit(secrets if as_credentials else {})
        found = list(per_instance.unit_problems(unit, f"{self.where}.unit"))
        said = {problem.where for problem in found}
        of_user = not_for_users(self.params, self.where) if for_user else ()
        self.problems.extend([*found, *(problem for problem in of_user if problem.where not in said)])
        return OwnSettings(
            environment=environment,
            secrets={} if as_credentials else secrets,
            credentials=secrets if as_credentials else {},
            limits=self._limits(),
            unit=unit,
        )

    def _variables(self, *, as_credentials: bool) -> t.Tuple[t.Dict[str, str], t.Dict[str, str]]:
        environment = self._values("environment", read_variables)
        secrets = self._values("secrets", read_credentials if as_credentials else read_variables)
        for key in sorted(set(environment) & set(secrets)):
            self.problem(f"secrets.{key}", "also in environment", "each variable in one of them")
        return environment, secrets

    def _manager_of(self) -> str:
        manager_of, found = read_scope(self.params, f"{self.where}.")
        self.problems.extend(found)
        if self.params.get("scope") == "user":
            self.problems.extend(not_for_users(self.params, self.where))
        return manager_of

    def _command(self) -> t.Tuple[str, str]:
        command = self.params.get("command")
        if isinstance(command, list) and command:
            words = [as_text(word) for word in command]
            where = f"{self.where}.command"
            found = item_problems(command, where) or argv_problems(words, where)
            found = found or list(value_problems(render_argv(words), where, "ExecStart"))
            self.problems.extend(found)
            return ("", "") if found else (render_argv(words), words[0])
        if isinstance(command, str) and command.strip():
            command = command.strip()
            found = list(value_problems(command, f"{self.where}.command", "ExecStart"))
            self.problems.extend(found)
            return ("", "") if found else (command, self._executable_of_line(command))
        given = type(command).__name__ if command and not isinstance(command, str) else "nothing"
        self.problem("command", given, "a list of words, or one line")
        return "", ""

    def _executable_of_line(self, line: str) -> str:
        try:
            words = split_command(line)
        except Problems as found:
            self.problems.extend(
                Problem(f"{self.where}.command", one.found, one.expected, one.hint) for one in found.problems
            )
            return ""
        no_text = [word for word in words if not_text(word)]
        for word in no_text:
            self.problem("command", not_text(word), "text", UNANSWERED)
        for word in words:
            if word in SHELL_WORDS:
                self.problem("command", repr(word), "one program and its arguments", "No shell reads this line.")
        # systemd.service(5), "COMMAND LINES": special executable prefixes.
        executable = words[0].lstrip("@-:+!|")
        if not executable.startswith("/"):
            self.problem("command", repr(executable), "an absolute path", NO_LOGIN_PATH)
            return ""
        # What another specifier stands for only systemd knows.
        return "" if "%" in executable.replace("%i", "") or words[0] in no_text else executable

    def _values(self, option: str, read: Read) -> t.Dict[str, str]:
        values, found = read(self.params.get(option) or {}, f"{self.where}.{option}")
        self.problems.extend(found)
        for name in values:
            if RESERVED_VARIABLES.fullmatch(name):
                self.problem(
                    f"{option}.{name}", "a reserved name", "a name that systemd or this collection does not set"
                )
        return values

    def _account(self, option: str) -> t.Optional[str]:
        name: t.Optional[str] = self.params.get(option)
        if name is None or ACCOUNT.fullmatch(name):
            return name
        hint = f"All instances of a pool have one: write a pool for each {option}." if "%" in name else ""
        self.problem(option, repr(name), f"the name or number of a {option}", hint)
        return None

    def _working_directory(self) -> t.Optional[str]:
        path = self.params.get("working_directory")
        return None if path is None else self._path("working_directory", path) or None

    def _release(self) -> t.Optional[Release]:
        if self.params.get("release") is None:
            return None
        files = [without_dash(path) for path in self.params.get("environment_files") or []]
        found, wrong = read_release(self.params["release"], files, f"{self.where}.release")
        self.problems.extend(wrong)
        return found

    def _paths(self, option: str) -> t.Tuple[str, ...]:
        given = self.params.get(option) or []
        return tuple(self._path(f"{option}[{index}]", path) for index, path in enumerate(given))

    def _environment_files(self) -> t.Tuple[str, ...]:
        """With a dash before it one may be missing."""
        sound = []
        for index, path in enumerate(self.params.get("environment_files") or []):
            found = environment_file_problems(without_dash(path), f"{self.where}.environment_files[{index}]")
            self.problems.extend(found)
            sound.append("" if found else path)
        return tuple(sound)

    def _path(self, option: str, path: str) -> str:
        found = path_problems(path, f"{self.where}.{option}")
        self.problems.extend(found)
        return "" if found else path

    def _instances(self) -> t.Tuple[str, ...]:
        given = self.params.get("instances")
        if given is None or isinstance(given, dict):
            return ("1",)
        names, found = read_instances(
            given,
            f"{self.where}.instances",
            lambda name: bool(unit_name.INSTANCE_NAME.fullmatch(name)),
            "letters, digits, ':', '_', '.', '-', and not '.' or '..'",
            "systemd escapes anything else, so that %i would not be the name.",
        )
        self.problems.extend(found)
        return () if found else names

    def _scaling(self) -> t.Optional[Scaling]:
        given = self.params.get("instances")
        if not isinstance(given, dict):
            return None
        found, problems = read_scaling(given, f"{self.where}.instances", busy_check=bool(self.params.get("busy_check")))
        self.problems.extend(problems)
        return found

    def _choice(self, option: str, known: t.Collection[str], default: str) -> str:
        name = str(self.params.get(option) or default)
        if name in known:
            return name
        self.problem(option, repr(name), f"one of {', '.join(known)}", did_you_mean(name, known))
        return default

    def _drain_timeout(self) -> t.Optional[str]:
        given = self.params.get("drain_timeout")
        if given is None:
            return None
        text = as_text(given)
        refused = any(value_problems(text, "")) or not time_span.is_time_span(text)
        if refused or not time_span.seconds_or_endless(text):
            self.problem("drain_timeout", repr(text), "a time span above 0 such as 90s or 10min, or infinity")
            return None
        return text

    def _watchdog(self, service: t.Mapping[str, Value]) -> str:
        given = as_text(self.params.get("watchdog") or "")
        if not given:
            return ""
        if time_span.seconds_within(given, *WATCHDOG) is None:
            self.problem("watchdog", repr(given), "a time span from 1s to 1d, such as 30s")
        kind = last_text(service.get("Type", []), "notify")
        if kind not in TELL_THEMSELVES:
            hint = (
                "A worker that feeds a watchdog sends READY=1 too. Then a deploy fails when the worker does not speak."
            )
            self.problem("watchdog", f"Type={kind} in unit", "Type=notify, which is the default with a watchdog", hint)
        return given

    def _limits(self) -> t.Dict[str, str]:
        given = self.params.get("limits") or {}
        limits = {LIMITS[key]: as_text(value) for key, value in given.items() if key in LIMITS and value is not None}
        for key, directive in LIMITS.items():
            self.problems.extend(value_problems(limits.get(directive, ""), f"{self.where}.limits.{key}"))
        return limits

    def _logs(self) -> t.Tuple[t.Dict[str, str], float]:
        """Directives, and the seconds of ``keep``."""
        given = self.params.get("logs") or {}
        logs = {option: as_text(given[option]) for option in LOGS if given.get(option) is not None}
        if not LINES.fullmatch(logs.get("burst", "0")):
            self.problem("logs.burst", repr(logs["burst"]), "a number of lines, or 0 for no limit")
        per = logs.get("per", "0")
        if any(value_problems(per, "")) or not time_span.is_time_span(per):
            self.problem("logs.per", repr(per), "a time span such as 30s, or 0 for no limit")
        keep = time_span.seconds_within(logs.get("keep", "0"), 0 if "keep" not in logs else SHORTEST_KEEP, LONGEST_KEEP)
        if keep is None:
            self.problem("logs.keep", repr(logs["keep"]), "a time span from 1min to 100y, such as 7d")
        elif keep:
            logs["keep"] = unit_name.log_namespace(self.name)
        return {LOGS[option]: value for option, value in logs.items()}, keep or 0.0

    def _keep_at_most(self) -> int:
        """Bytes."""
        given = self.params.get("logs") or {}
        if given.get("at_most") is None:
            return 0
        text = as_text(given["at_most"])
        size = quantities.size(text)
        if size is None or not LEAST_LOGS <= size <= MOST_LOGS:
            self.problem("logs.at_most", repr(text), "a size from 16M on, such as 1G")
            return 0
        if given.get("keep") is None:
            hint = "Only the journal of a pool has a size of its own. All other lines are in the journal of the host."
            self.problem("logs.at_most", repr(text), "keep beside it, such as keep: 7d", hint)
        return size

    def _needs(self, profile: str, *, as_root: bool) -> t.List[str]:
        needs = [str(need) for need in self.params.get("needs") or []]
        for index, need in enumerate(needs):
            if need not in hardening.NEEDS:
                hint = did_you_mean(need, hardening.NEEDS) or hardening.NETWORK_IS_OPEN
                self.problem(f"needs[{index}]", repr(need), f"one of {', '.join(hardening.NEEDS)}", hint)
        known = [need for need in needs if need in hardening.NEEDS]
        return [*known, *hardening.granted(profile, as_root=as_root)]

    def _after(self) -> t.Tuple[str, ...]:
        names, found = read_after(self.params.get("after") or [], f"{self.where}.after")
        self.problems.extend(found)
        return names

    def _bound_to(self) -> t.Tuple[str, ...]:
        units, found = read_bound_to(self.params.get("bound_to") or [], self.name, f"{self.where}.bound_to")
        self.problems.extend(found)
        return units

    def _liveness(self, instances: t.Sequence[str]) -> t.Optional[Liveness]:
        if self.params.get("liveness") is None:
            return None
        found, wrong = read_liveness(self.params["liveness"], instances, f"{self.where}.liveness")
        self.problems.extend(wrong)
        return found

    def _recycle(self, limits: t.Mapping[str, str], per_instance: t.Mapping[str, OwnSettings]) -> t.Optional[Recycle]:
        if self.params.get("recycle") is None:
            return None
        of_all = [limits, *({**limits, **own.limits} for own in per_instance.values())]
        found, wrong = read_recycle(self.params["recycle"], of_all, f"{self.where}.recycle")
        self.problems.extend(wrong)
        return found

    def _max_exposure(self) -> t.Optional[float]:
        limit, found = read_limit(self.params.get("hardening_max_exposure"), f"{self.where}.hardening_max_exposure")
        self.problems.extend(found)
        return limit

    def _writable_paths(self) -> t.Tuple[str, ...]:
        paths = self._paths("writable_paths")
        for index, path in enumerate(paths):
            if PATH_LIST_SYNTAX.search(path):
                expected = "a path without blanks, quotes, backslashes and specifiers other than %i"
                self.problem(f"writable_paths[{index}]", repr(path), expected)
        return paths

    def _directories(self) -> t.Dict[str, str]:
        directories = {}
        for option, directive in DIRECTORIES.items():
            name = self.params.get(option)
            if name is None:
                continue
            if not DIRECTORY.fullmatch(name) or {".", ".."} & set(name.split("/")):
                expected = "a relative path of letters, digits, '_', '.', '-', '@' and %i, such as app or app/%i"
                self.problem(option, repr(name), expected)
            directories[directive] = name
        return directories

    def _unit(self, credentials: t.Container[str]) -> Sections:
        given = self.params.get("unit") or {}
        self.problems.extend(section_problems(given, f"{self.where}.unit"))
        unit = {
            section: {key: value for key, value in keys.items() if not section_problems({section: {key: value}}, "")}
            for section, keys in given.items()
            if isinstance(keys, dict) and not section_problems({section: {}}, "")
        }
        if unit.pop(marks.OWNER_SECTION, None) is not None:
            self.problem(f"unit.{marks.OWNER_SECTION}", "given", "nothing: it marks the units of a pool")
        for directive in unit.get("Service", {}):
            option = SAME_AS_OPTION.get(directive, "")
            adds = own_lists.is_list("Service", directive)
            if directive in ALWAYS_OURS or (not adds and self._given(option)):
                self.problem(f"unit.Service.{directive}", "given both ways", f"the option `{option}` alone")
        fields = unit.get("Service", {}).get("LogExtraFields", [])
        self.problems.extend(own_lists.log_field_problems(fields, f"{self.where}.unit.Service.LogExtraFields"))
        for directive in OF_CREDENTIALS:
            for line in value_texts(unit.get("Service", {}).get(directive, [])):
                name = line.partition(":")[0]
                if name in credentials:
                    self.problem(f"unit.Service.{directive}", f"the credential {name}", "one that is not in `secrets`")
        return unit

    def _given(self, option: str) -> bool:
        value: t.Any = self.params
        for key in option.split("."):
            value = (value or {}).get(key)
        return value is not None

    def _rollout(self, patience: float) -> Policy:
        policy, found = read_policy(self.params.get("rollout") or {}, f"{self.where}.rollout")
        busy_check, found_wrong = read_check(self.params.get("busy_check") or [], f"{self.where}.busy_check")
        self.problems.extend([*found, *found_wrong])
        check_user = self._account("check_user") or ""
        return replace(policy, busy_check=busy_check, check_user=check_user, patience=patience)


class _TimerReader(_Reader):
    """Reads one timer: a pool without instances, and with a schedule."""

    BECOMES = "NAME.service and NAME.timer"

    def timer(self) -> Pool:
        pool = self.pool()
        if not pool.present:
            return replace(pool, schedule=Schedule())
        if self.params.get("on_one_of") is not None:
            self.problem("on_one_of", "given", "nothing on a host", "Only the action plugin of pools knows the groups.")
        schedule, found = read_schedule(self.params, self.where)
        self.problems.extend([*found, *job.unit_problems(pool, self.params), *job.instance_problems(pool)])
        if self.params.get("alert") is not None and self.params.get("scope") == "user":
            # A run before the last boot is in the journal alone, which a user may not read.
            self.problem("alert", "given", "no alert, for a timer with scope: user", "Use scope: system.")
        if schedule.expected and pool.alert is None:
            self.problem("expected", "given", "an alert beside it", "The alert reports a job that does not run.")
        self.problems.extend(job.retry_problems(pool) if self.params.get("retry") is not None else ())
        return replace(
            pool, instances=(), schedule=schedule, replaces=pool.replaces and replace(pool.replaces, once=True)
        )


def _gives_rights(exec_start: str, units: t.Iterable[t.Mapping[str, t.Mapping[str, Value]]]) -> bool:
    """Whether a process of the pool, or of one of its instances, may have more rights than its user."""
    services = [{"ExecStart": exec_start}, *(unit.get("Service", {}) for unit in units)]
    return any(map(hardening.gives_rights, services))


def _awaits(preset: str, exec_start: str, service: t.Mapping[str, Value]) -> str:
    kind = last_text(service.get("Type", []), presets.directives(preset)["Type"])
    return awaited_signal(exec_start, kind, last_text(service.get("KillSignal", []), "SIGTERM"), preset)


def _literal(command: t.Sequence[t.Any]) -> t.Tuple[int, ...]:
    return tuple(index for index, word in enumerate(command) if "%i" in as_text(word))
