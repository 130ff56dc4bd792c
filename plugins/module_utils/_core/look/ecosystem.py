# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ecosystem files of PM2. Such a file is a program: node runs it, here or on a host, and prints its data."""

from __future__ import annotations

import typing as t

# In seconds.
LONGEST = 20
STANDARD_OUTPUT = "-"
# Runs twice: once with the variables of the environment undefined, and once with a mark for each, so that the import
# knows which values come from the environment.
PROGRAM = r"""
"use strict";
const [, , file, marked, answer] = process.argv;
const Module = require("module");
const path = require("path");
const { pathToFileURL } = require("url");

const real = { ...process.env };
process.env = new Proxy(real, {
  get: (target, name) => (typeof name !== "string" ? target[name] : marked ? `\u0001ENV:${name}\u0001` : undefined),
  has: () => true,
});
// The output may be the answer, and the file itself prints nothing there. Not through process.stdout: node opens that
// one without waiting for the reader, and a long answer then ends in EAGAIN.
const { Writable } = require("stream");
const sink = new Writable({ write: (chunk, encoding, done) => done() });
for (const name of ["stdout", "stderr"]) Object.defineProperty(process, name, { value: sink });
// The home directory is that of a user of the host.
require("os").homedir = () => "~";
const missing = [];
// A module that is not installed here stands for itself in every way that a file may use it.
const stub = new Proxy(function () {}, {
  get: (target, name) => (name === Symbol.toPrimitive ? () => "" : name === "then" ? undefined : stub),
  apply: () => stub,
  construct: () => stub,
});
const load = Module._load;
Module._load = function (request, ...rest) {
  try {
    return load.call(this, request, ...rest);
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    missing.push(request);
    return stub;
  }
};
const plain = (key, value) => {
  if (value === undefined || value === stub || typeof value === "function") return null;
  return typeof value === "bigint" ? `${value}` : value;
};
const say = (said) => require("fs").writeFileSync(answer === "-" ? 1 : answer, JSON.stringify(said, plain));
import(pathToFileURL(path.resolve(file)).href)
  .then((found) => {
    say({ data: found.default !== undefined ? found.default : { ...found }, missing });
    process.exit(0);
  })
  .catch((error) => {
    say({ error: String((error && error.message) || error) });
    process.exit(1);
  });
"""


def command(node: str, path: str, answer: str, *, marked: bool) -> t.List[str]:
    """Runs ``PROGRAM``, which it reads from its input, on a file. The answer goes to a file, or to the output.

    ``{"data": ..., "missing": [modules]}``, or ``{"error": message}``.
    """
    return [node, "-", path, "marked" if marked else "", answer]
