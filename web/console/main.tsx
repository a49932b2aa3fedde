import { render } from "preact";
import { App } from "./app.tsx";
import { loadSettings } from "./settings.ts";

const place = document.getElementById("console");
if (place === null) throw new Error("The page has no place for the console");
place.replaceChildren();
render(<App settings={await loadSettings()} />, place);
