// What the pages need beyond links, forms and htmx. No inline code: strict CSP.
(() => {
  "use strict";

  const isTyping = (target) =>
    target.closest("input, textarea, select, [contenteditable], dialog[open]");

  // Menus are <details>: they work without this script and close by themselves with it.
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu !== except) menu.open = false;
    }
  };

  const side = () => document.querySelector("[data-side]");
  const setSide = (isOpen) => {
    const panel = side();
    if (!panel) return;
    panel.classList.toggle("is-open", isOpen);
    const opener = document.querySelector("[data-side-open]");
    opener?.setAttribute("aria-expanded", String(isOpen));
    (isOpen ? panel.querySelector("a") : opener)?.focus();
  };

  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch {
      return;
    }
    button.classList.add("is-done");
    button.title = button.dataset.done;
    setTimeout(() => {
      button.classList.remove("is-done");
      button.removeAttribute("title");
    }, 1500);
  };

  document.addEventListener("click", (event) => {
    const target = event.target;
    closeMenus(target.closest("details[data-menu]"));
    const opener = target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open)?.showModal();
    const closer = target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    if (target.matches("dialog[open]")) target.close();
    const copier = target.closest("[data-copy]");
    if (copier) copy(copier);
    if (target.closest("[data-side-open]")) setSide(true);
    if (target.closest("[data-side-close]")) setSide(false);
  });

  let isGoing = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      closeMenus(null);
      if (side()?.classList.contains("is-open")) setSide(false);
      if (event.target.matches("[data-search]")) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (isGoing) {
      isGoing = false;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    if (event.key === "/") {
      const box = document.querySelector("[data-search]");
      if (box) {
        event.preventDefault();
        box.focus();
        box.select();
      }
    } else if (event.key === "?") {
      document.getElementById("help")?.showModal();
    } else if (event.key === "g") {
      isGoing = true;
      setTimeout(() => { isGoing = false; }, 1200);
    }
  });

  // A form that is sent twice asks twice: the second press is swallowed until the
  // answer is there, or the page comes back from the browser's cache.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button[type=submit]")) {
      button.setAttribute("aria-disabled", "true");
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("button[aria-disabled]")) {
        button.removeAttribute("aria-disabled");
      }
    }
  });

  // Empty fields would litter the address that a filtered list is shared by.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-filters]")) return;
    for (const field of event.target.elements) {
      if (field.name && !field.value) field.disabled = true;
    }
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches?.("form[data-filters]")) return;
    const parameters = event.detail.parameters;
    for (const name of Object.keys(parameters)) {
      if (parameters[name] === "") delete parameters[name];
    }
  });

  // One tick for all rows of the page.
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.checkAll;
    if (!name) return;
    for (const box of event.target.form.querySelectorAll("input[type=checkbox]")) {
      if (box.name === name) box.checked = event.target.checked;
    }
  });

  // What lapses says how soon, and that it has; by hours, by minutes, at last by seconds.
  const far = new Intl.RelativeTimeFormat(document.documentElement.lang || "en");
  const count = () => {
    let next = 60;
    for (const place of document.querySelectorAll("[data-countdown]")) {
      const left = Math.ceil((Date.parse(place.dataset.countdown) - Date.now()) / 1000);
      const hours = Math.round(left / 3600);
      const [amount, unit] =
        hours >= 48 ? [Math.round(hours / 24), "day"]
        : left > 7200 ? [hours, "hour"]
        : left > 120 ? [Math.floor(left / 60), "minute"]
        : [left, "second"];
      place.textContent = left > 0 ? far.format(amount, unit) : place.dataset.lapsed;
      place.classList.toggle("is-lapsed", left <= 0);
      if (left > 0 && left < 180) next = 1;
    }
    if (document.querySelector("[data-countdown]:not(.is-lapsed)")) setTimeout(count, next * 1000);
  };
  count();

  document.querySelector("[data-focus]")?.focus();

  // The browser knows where its user is; a form that asks may be helped.
  const zone = document.querySelector("select[data-time-zone]");
  if (zone && !zone.value) {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...zone.options].some((option) => option.value === here)) zone.value = here;
  }
})();
