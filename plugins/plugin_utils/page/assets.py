# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The style and the script of the page. The page works without the script, which filters and opens details."""

STYLE = """
:root { color-scheme: light dark; --back: #fff; --text: #1d2530; --soft: #5c6773; --line: #d9dfe5; --band: #f4f6f8;
  --up: #1b7f3b; --stale: #8a6100; --paused: #4a5a9c; --waiting: #2f6f7e; --put_back: #9a3b9a; --flapping: #b84b00;
  --dead: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --back: #14181d; --text: #e6eaee; --soft: #9aa5b0; --line: #333c45;
  --band: #1c2228; --up: #5cc97e; --stale: #e0b341; --paused: #9aabf5; --waiting: #7cc4d4; --put_back: #e08ee0;
  --flapping: #ff9a57; --dead: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 100rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
.soft { color: var(--soft); margin: .2rem 0; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; padding: 0; list-style: none; }
.counts li { padding: .35rem .8rem; border: 1px solid var(--line); border-radius: .5rem; }
.counts b { font-size: 1.25rem; margin-right: .3rem; }
form { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; }
input[type=search] { font: inherit; padding: .35rem .6rem; border: 1px solid var(--line); border-radius: .4rem;
  background: var(--band); color: inherit; }
.scroll { overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
th { font-weight: 600; background: var(--band); }
.grid thead th { position: sticky; top: 0; z-index: 1; } .grid tbody th { position: sticky; left: 0; }
.grid td { padding: .15rem .3rem; text-align: center; }
.cell { display: block; padding: .1rem .4rem; border: 1px solid currentColor; border-radius: .35rem;
  text-decoration: none; }
.cell:hover, .cell:focus { outline: 2px solid currentColor; }
.up { color: var(--up); } .stale { color: var(--stale); } .paused { color: var(--paused); }
.waiting { color: var(--waiting); }
.put_back { color: var(--put_back); } .flapping { color: var(--flapping); } .dead { color: var(--dead); }
.none { color: var(--soft); }
details { margin: .4rem 0; border: 1px solid var(--line); border-radius: .5rem; overflow: auto; }
summary { padding: .4rem .8rem; cursor: pointer; } summary b { margin-right: .6rem; }
details table { width: 100%; } details > p, details > h3 { margin: .5rem .8rem; font-size: 1rem; }
.instances td:nth-child(n+6) { white-space: normal; }
meter { width: 5rem; vertical-align: middle; }
[hidden] { display: none; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 45rem) {
  .instances thead { display: none; } .instances tr { display: block; padding: .4rem 0;
    border-bottom: 1px solid var(--line); }
  .instances td { display: flex; justify-content: space-between; gap: 1rem; border: 0; white-space: normal; }
  .instances td::before { content: attr(data-head); color: var(--soft); }
}
"""

SCRIPT = """
"use strict";
const text = document.getElementById("text"), problems = document.getElementById("problems");
const matches = (one) => (!problems.checked || one.dataset.problem === "yes")
  && text.value.toLowerCase().split(" ").every((word) => one.dataset.words.includes(word));
function filter() {
  for (const pool of document.querySelectorAll("details")) pool.hidden = !matches(pool);
  for (const cell of document.querySelectorAll(".cell")) cell.hidden = !matches(cell);
  for (const row of document.querySelectorAll(".grid tbody tr"))
    row.hidden = !row.querySelector(".cell:not([hidden])");
  for (const host of document.querySelectorAll("section.host"))
    host.hidden = !host.querySelector("details:not([hidden]), .trouble");
  const shown = document.querySelectorAll("details:not([hidden])").length;
  document.getElementById("shown").textContent = shown + " shown";
}
function open() {
  const pool = document.getElementById(location.hash.slice(1));
  if (pool instanceof HTMLDetailsElement) { pool.open = true; pool.scrollIntoView(); }
}
document.querySelector("form").hidden = false;
text.addEventListener("input", filter);
problems.addEventListener("change", filter);
window.addEventListener("hashchange", open);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
filter();
open();
"""
