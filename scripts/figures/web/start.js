// Starts each widget of the page when it comes near the view, so that the page is readable before.

function startWidget(root) {
  if (root.dataset.started) return;
  root.dataset.started = "true";
  WIDGETS[root.dataset.widget](root, JSON.parse(root.querySelector('script[type="application/json"]').textContent));
}

function startWidgets() {
  const roots = [...document.querySelectorAll("[data-widget]")];
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting && entry.target.offsetParent) startWidget(entry.target);
  }, { rootMargin: "600px" });
  for (const root of roots) observer.observe(root);
  window.addEventListener("beforeprint", () => roots.filter((root) => root.offsetParent).forEach(startWidget));
}

requestAnimationFrame(() => setTimeout(startWidgets));
