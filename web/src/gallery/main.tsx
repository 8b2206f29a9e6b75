import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../app/base.css";
import { followTheme } from "../app/theme";
import { Gallery } from "./Gallery";

const root = document.getElementById("root");
if (root === null) throw new Error("gallery.html has no #root");
followTheme();
createRoot(root).render(
  <StrictMode>
    <Gallery />
  </StrictMode>,
);
