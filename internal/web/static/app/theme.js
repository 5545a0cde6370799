// Dark or light: as the system says, or as the person has chosen.

const NEXT = { auto: "dark", dark: "light", light: "auto" };
const KEY = "elevnet-theme";

function stored() {
  try {
    return localStorage.getItem(KEY) ?? "auto";
  } catch {
    return "auto"; // storage is forbidden
  }
}

export function theme(button, label) {
  let now = stored();
  const apply = () => {
    if (now === "auto") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.dataset.theme = now;
    label.textContent = now;
    button.setAttribute("aria-label", `colours: ${now}`);
  };
  button.addEventListener("click", () => {
    now = NEXT[now] ?? "auto";
    try {
      localStorage.setItem(KEY, now);
    } catch {
      // It lasts as long as the page, then.
    }
    apply();
  });
  if (!NEXT[now]) now = "auto";
  apply();
}
