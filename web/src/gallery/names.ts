/** Names that people really choose, and some that they choose to see what breaks. */
export const HOSTILE = {
  markup: "<img src=x onerror=alert(1)><b>bold</b>",
  override: "\u202Egnp.exe\u202C and back",
  wide: "﷽".repeat(20) + "Ｗ".repeat(80),
  emojis: "👩🏽‍💻👨‍👩‍👧‍👦🏳️‍🌈🇮🇳👍🏿🧑🏻‍🤝‍🧑🏿",
  stacked: "Z̶̢̛̤̺̈́͊̕a̵͖̎l̷̡̛̗̈́g̸̬̈́o̵͇͝",
} as const;
