// Loads the 3D viewer only when a reader asks for it: it is larger than the page.
const library = document.querySelector("script[data-library]").dataset.library;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-viewer-open]");
  if (!button) return;
  const frame = button.closest("[data-viewer]");
  button.disabled = true;
  await import(library);
  const viewer = document.createElement("model-viewer");
  viewer.setAttribute("src", frame.dataset.viewer);
  viewer.setAttribute("camera-controls", "");
  viewer.setAttribute("shadow-intensity", "0.6");
  viewer.setAttribute("alt", button.textContent.trim());
  frame.replaceChildren(viewer);
});
