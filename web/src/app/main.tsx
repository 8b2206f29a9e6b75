import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import "./base.css";
import { loadConfig } from "./config";
import { Broken } from "./feedback/Broken";
import { connect } from "./session/session";
import { followTheme } from "./theme";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
const page = createRoot(root);
followTheme();

loadConfig().then(
  (config) =>
    page.render(
      <StrictMode>
        <App config={config} supabase={connect(config)} />
      </StrictMode>,
    ),
  () =>
    page.render(
      <Broken title="Sangha can’t start" onRetry={() => location.reload()}>
        The page could not read its configuration. Check your connection and try again.
      </Broken>,
    ),
);
