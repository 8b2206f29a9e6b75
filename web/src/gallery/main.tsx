import { createRoot } from "react-dom/client";
import "../app/base.css";

const root = document.getElementById("root");
if (root !== null) createRoot(root).render(<h1>The pieces</h1>);
