// @ts-check
/** A list of tabs as the ARIA Authoring Practices describe it: one stop for Tab, arrows within, Home and End. */

import { byId } from "./dom.js";

/**
 * Wire a tab list whose tabs name their panels in `aria-controls`.
 * @param {HTMLElement} list
 * @returns {{choose: (name: string) => void}} `choose` takes the id of a tab without "tab-".
 */
export function createTabs(list) {
  const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=tab]")]);

  /** @param {HTMLElement} chosen */
  function choose(chosen) {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(tab.getAttribute("aria-controls") ?? "").hidden = !isChosen;
    }
  }

  list.addEventListener("click", (event) => {
    const tab = /** @type {Element} */ (event.target).closest("[role=tab]");
    if (tab) choose(/** @type {HTMLElement} */ (tab));
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const forward = getComputedStyle(list).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const step = ["ArrowLeft", "ArrowRight"].includes(event.key) ? (event.key === forward ? 1 : -1) : 0;
    const next = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : (at + step + tabs.length) % tabs.length;
    if (at < 0 || next === at) return;
    event.preventDefault();
    choose(tabs[next]);
    tabs[next].focus();
  });
  return { choose: (name) => choose(byId(`tab-${name}`)) };
}

/**
 * Show how many entries a tab has.
 * @param {string} name
 * @param {number} count 0 for no badge.
 * @param {boolean} [isBad]
 */
export function badge(name, count, isBad = false) {
  const element = document.querySelector(`#tab-${name} .badge`);
  if (!element) return;
  element.textContent = count ? String(count) : "";
  element.classList.toggle("bad", isBad);
}
