# SPDX-FileCopyrightText: 2026 workers.systemd contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a fleet, as a person sees and uses it in a browser."""

from __future__ import annotations

import os
import shutil
import typing as t
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from ansible_collections.workers.systemd.plugins.plugin_utils.page.fleet import fleet
from ansible_collections.workers.systemd.plugins.plugin_utils.page.page import page
from tests.helpers.status_rows import PAUSED, a_pool, a_timer, an_instance, of_each_condition

HOSTILE = '<script>document.title = "taken"</script>'
DESKTOP, PHONE = (1280, 900), (500, 900)
# No request of the browser's own, since a test needs no network. A container may have little shared memory.
OPTIONS = (
    "headless",
    "no-sandbox",
    "disable-gpu",
    "disable-dev-shm-usage",
    "disable-background-networking",
    "disable-component-update",
)


def written(directory: Path, results: t.Mapping[str, t.Any]) -> str:
    path = directory / "workers.html"
    path.write_text(page(fleet(results), "2026-11-29 10:55 UTC"), encoding="utf-8")
    return path.as_uri()


def a_fleet(hosts: int, pools: int) -> dict[str, t.Any]:
    names = [f"queue-{number:02}" for number in range(pools)]
    return {f"web{number:02}": {"pools": {name: a_pool(name) for name in names}} for number in range(hosts)}


@pytest.fixture(scope="module", params=["dark", "light"])
def browser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for option in (*OPTIONS, f"user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(f"--{option}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": request.param}]}
    )
    yield driver
    driver.quit()


@pytest.fixture
def seen(browser: webdriver.Chrome, tmp_path: Path) -> t.Iterator[webdriver.Chrome]:
    """The page with a pool in each condition on one host, and a host without an answer. The console stays empty."""
    hostile = a_pool(HOSTILE, an_instance(f"{HOSTILE}@1.service", last_exit=HOSTILE))
    results = {
        "web1": {"pools": {**of_each_condition(), HOSTILE: hostile}},
        "web2": {"pools": {"up": a_pool("up")}, "timers": {"report": a_timer("report", failed=True)}},
        "web3": {"unreachable": True, "msg": "Failed to connect to the host via ssh"},
    }
    browser.set_window_size(*DESKTOP)
    browser.get(written(tmp_path, results))
    yield browser
    assert browser.get_log("browser") == []


def shown(browser: webdriver.Chrome, selector: str) -> list[WebElement]:
    return [one for one in browser.find_elements(By.CSS_SELECTOR, selector) if one.is_displayed()]


def test_the_grid_shows_each_pool_with_a_colour_of_its_condition(seen: webdriver.Chrome) -> None:
    cells = {cell.get_attribute("title"): cell for cell in shown(seen, ".cell")}
    assert len(cells) == 9
    assert cells["dead on web1: dead"].text == "✖ 1/2"
    conditions = ("dead", "flapping", "put back", "stale", "paused", "waiting", "up")
    colours = {cells[f"{one} on web1: {one}"].value_of_css_property("color") for one in conditions}
    assert len(colours) == len(conditions)


def test_a_click_in_the_grid_opens_the_pool(seen: webdriver.Chrome) -> None:
    cell = next(one for one in shown(seen, ".cell") if one.get_attribute("title") == "up on web2: up")
    details = seen.find_element(By.ID, str(cell.get_attribute("href")).rpartition("#")[2])
    assert details.get_attribute("open") is None
    cell.click()
    assert details.get_attribute("open") == "true"
    assert "up@1.service" in details.text


def test_the_filter_hides_what_does_not_match(seen: webdriver.Chrome) -> None:
    seen.find_element(By.ID, "text").send_keys("web1 flapping")
    assert [one.get_attribute("title") for one in shown(seen, ".cell")] == ["flapping on web1: flapping"]
    assert len(shown(seen, "details")) == 1
    assert seen.find_element(By.ID, "shown").text == "1 shown"
    # The host without an answer stays: nobody knows what runs there.
    assert [one.text for one in shown(seen, "section.host h2")] == ["web1", "web3"]


def test_the_box_shows_the_problems_only(seen: webdriver.Chrome) -> None:
    seen.find_element(By.ID, "problems").click()
    titles = {str(one.get_attribute("title")).rpartition(": ")[2] for one in shown(seen, ".cell")}
    assert titles == {"dead", "flapping", "put back", "stale"}
    assert any("1 of 1 timer failed or stopped" in one.text for one in shown(seen, "summary"))


def test_a_text_of_a_host_is_shown_and_does_nothing(seen: webdriver.Chrome) -> None:
    assert seen.title == "Workers"
    assert any(HOSTILE in one.text for one in shown(seen, "summary"))


def test_a_phone_needs_no_scrolling_to_the_side(seen: webdriver.Chrome) -> None:
    seen.set_window_size(*PHONE)
    assert seen.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    heads = shown(seen, ".instances thead")
    assert heads == []


def test_a_fleet_of_20_hosts_with_50_pools_each_stays_readable(browser: webdriver.Chrome, tmp_path: Path) -> None:
    browser.set_window_size(*DESKTOP)
    browser.get(written(tmp_path, a_fleet(20, 50)))
    assert len(browser.find_elements(By.CSS_SELECTOR, ".cell")) == 1000
    # Names of hosts and pools stay in sight.
    browser.execute_script("const grid = document.querySelector('.scroll'); grid.scrollTo(9999, 9999)")
    grid = browser.find_element(By.CSS_SELECTOR, ".scroll").rect
    host = browser.find_element(By.CSS_SELECTOR, ".grid thead th:last-child").rect
    pool = browser.find_element(By.CSS_SELECTOR, ".grid tbody tr:last-child th").rect
    assert abs(host["y"] - grid["y"]) < 5
    assert abs(pool["x"] - grid["x"]) < 5


@pytest.mark.skipif("PICTURE" not in os.environ, reason="PICTURE names the file of the picture")
def test_a_picture_of_the_page(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """The one of the README: a fleet as it is on a usual day, with one pool that needs somebody."""
    names = ("app-queue", "billing", "mail", "reports")
    results = {host: {"pools": {name: a_pool(name) for name in names}} for host in ("web1", "web2", "web3", "web4")}
    died = an_instance("mail@1.service", state="activating", sub_state="auto-restart", restarts=12, memory=None)
    died["last_exit"] = "exit status 1"
    rest = {"state": "inactive", "sub_state": "dead", "memory": None, "paused": PAUSED}
    stopped = [an_instance(f"reports@{number}.service", **rest) for number in (1, 2)]
    usual = an_instance("mail@2.service", memory=391 * 2**20)
    results["web1"]["pools"]["mail"] = a_pool("mail", died, usual, flapping=["mail@1.service"])
    results["web3"]["pools"]["reports"] = a_pool("reports", *stopped, paused=PAUSED)
    browser.set_window_size(*DESKTOP)
    browser.get(written(tmp_path, results))
    Path(os.environ["PICTURE"]).write_bytes(browser.get_screenshot_as_png())
