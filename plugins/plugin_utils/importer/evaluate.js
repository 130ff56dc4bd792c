// SPDX-FileCopyrightText: 2026 workers.systemd contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluates an ecosystem file and writes its data as JSON. It runs twice: once with the variables of the environment
// undefined, and once with a mark for each, so that the import knows which values come from the environment.
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
const plain = (key, value) =>
  value === undefined || value === stub || typeof value === "function" ? null : typeof value === "bigint" ? `${value}` : value;
import(pathToFileURL(path.resolve(file)).href)
  .then((found) => {
    const data = found.default !== undefined ? found.default : { ...found };
    const text = JSON.stringify({ data, missing }, plain);
    require("fs").writeFileSync(answer, text);
    process.exit(0);
  })
  .catch((error) => {
    require("fs").writeFileSync(answer, JSON.stringify({ error: String((error && error.message) || error) }));
    process.exit(1);
  });
