// Turns a long list of choices into one that can be searched; without it the list stays.
document.addEventListener("DOMContentLoaded", () => {
  for (const select of document.querySelectorAll("select[data-choose]")) {
    new window.TomSelect(select, {
      plugins: ["remove_button"],
      maxOptions: null,
      hideSelected: true,
      closeAfterSelect: false,
    });
    // Its label has moved to the box that took its place.
    select.setAttribute("aria-hidden", "true");
  }
});
