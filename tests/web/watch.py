"""What goes wrong in a page without anybody seeing it."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, WebError

_TELL = "sanghaTestsHeard"
_LISTEN = f"""
addEventListener("securitypolicyviolation", (violation) => {{
  const {{ effectiveDirective, blockedURI, sourceFile, lineNumber, sample }} = violation;
  window.{_TELL}(`${{effectiveDirective}} forbids ${{blockedURI}} ${{sample}} ` +
    `(${{sourceFile}}:${{lineNumber}})`);
}});
"""


@dataclass
class Watch:
    """Violations of the content policy, uncaught errors, crashes and errors on the console."""

    violations: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Watches every page that is opened in a context from now on."""
        context.expose_binding(_TELL, lambda _source, text: self.violations.append(text))
        context.add_init_script(_LISTEN)
        context.on("weberror", self._on_error)
        context.on("console", self._on_console)
        context.on("page", self._on_page)

    def expect(self, *patterns: str) -> None:
        """Lets a test have errors on the console that match: requests that it makes fail."""
        self.expected += map(re.compile, patterns)

    def taken(self) -> list[str]:
        """Returns what went wrong so far, and forgets it; the console without what is expected."""
        console = [
            text for text in self.console if not any(each.search(text) for each in self.expected)
        ]
        found = [
            *(f"content policy: {text}" for text in self.violations),
            *(f"uncaught: {text}" for text in self.errors),
            *(f"console: {text}" for text in console),
        ]
        for kept in (self.violations, self.errors, self.console):
            kept.clear()
        return found

    def _on_error(self, error: WebError) -> None:
        self.errors.append(error.error.stack or error.error.message)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            place = message.location
            self.console.append(f"{message.text} ({place['url']}:{place['lineNumber']})")

    def _on_page(self, page: Page) -> None:
        page.on("crash", lambda _page: self.errors.append("the page crashed"))
