"""Calls as people use them: how they come in and are heard, and who they see there."""

import re
import time
from collections.abc import Callable
from typing import TypeVar

from playwright.sync_api import Locator, expect

from tests.web.people import Person

PATIENCE_S = 15.0
_MICROPHONE = """
() => {
  navigator.mediaDevices.getUserMedia = async () => {
    const context = new AudioContext();
    const microphone = new MediaStreamAudioDestinationNode(context);
    const tone = new OscillatorNode(context, { frequency: 220 });
    window.sanghaTestsVolume = new GainNode(context, { gain: window.sanghaTestsGain ?? 0 });
    // A voice goes up and down; LiveKit tells who comes in only of what changes.
    const stress = new GainNode(context, { gain: 0.6 });
    const rhythm = new OscillatorNode(context, { frequency: 1 });
    rhythm.connect(new GainNode(context, { gain: 0.4 })).connect(stress.gain);
    rhythm.start();
    tone.connect(stress).connect(window.sanghaTestsVolume).connect(microphone);
    tone.start();
    return microphone.stream;
  };
}
"""
_SPEAK = "(gain) => { window.sanghaTestsGain = sanghaTestsVolume.gain.value = gain; }"
T = TypeVar("T")


def eventually(person: Person, ask: Callable[[], T], wanted: T) -> None:
    """Asks until the answer is the one that is wanted; the page's events come meanwhile."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := ask()) != wanted:
        assert time.monotonic() < deadline, f"{found} instead of {wanted}"
        person.page.wait_for_timeout(50)


def curly(words: str) -> str:
    """Returns words with the apostrophes that people are shown."""
    return words.replace("'", "\u2019")


def join(person: Person, channel: str = "Lounge") -> None:
    """Joins by the side's button, with a microphone that is silent until `speak`.

    Chromium's own beeps so shortly that LiveKit takes nobody for a speaker.
    """
    press_join(person, channel)
    expect(call_of(person)).to_contain_text("In the call")


def press_join(person: Person, channel: str = "Lounge") -> None:
    """Presses the side's button."""
    person.page.evaluate(_MICROPHONE)
    channel_of(person, channel).click()


def speak(person: Person, *, aloud: bool = True) -> None:
    """Lets somebody speak without a pause, or be silent again."""
    person.page.evaluate(_SPEAK, int(aloud) / 2)


def channel_of(person: Person, channel: str = "Lounge") -> Locator:
    """Returns the side's button of a voice channel, which says how many are there."""
    return person.button(re.compile(rf"^{channel}, voice channel, "))


def call_of(person: Person) -> Locator:
    """Returns what the foot of the screen says of one's own call."""
    return person.page.get_by_role("region", name="Your call")


def in_side(person: Person, channel: str = "Lounge") -> Locator:
    """Returns the rows of who is in a voice channel, at the side."""
    return person.page.get_by_role("list", name=f"In {channel}")


def expect_in(person: Person, *rows: str, channel: str = "Lounge") -> None:
    """Waits until exactly these are in a voice channel at the side, as screen readers say them."""
    if rows:
        wanted = [f"- listitem: {row}" for row in rows]
        head = f'- list "In {channel}":\n  - /children: equal\n'
        expect(in_side(person, channel)).to_match_aria_snapshot(
            head + "".join(f"  {row}\n" for row in wanted)
        )
    else:
        expect(in_side(person, channel)).to_have_count(0)
    count = {0: "nobody", 1: "1 person"}.get(len(rows), f"{len(rows)} people")
    expect(channel_of(person, channel)).to_have_accessible_name(
        re.compile(rf"^{channel}, voice channel, {count}(, |$)")
    )
