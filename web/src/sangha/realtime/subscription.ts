import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";

/**
 * A channel that Realtime has shut (a token that expired while the laptop slept, a limit) is opened
 * again after one to three times this: not by everybody at the same time. supabase-js makes lost
 * connections again by itself, shut channels not.
 */
const AGAIN_MS = 5_000;

export interface SubscriptionOptions {
  /** Says what is listened to, before the channel is joined. */
  prepare: (channel: RealtimeChannel) => void;
  /** The channel is heard from now on; again after each reconnect. */
  onHeard: (channel: RealtimeChannel) => void;
  onLost?: () => void;
  againMs?: number;
}

/** One private topic, joined for as long as it is wanted: left before it is joined again. */
export class Subscription {
  heard = false;
  private wanted = false;
  private channel: RealtimeChannel | undefined;
  private leaving = false;
  private waiting = false;
  private readonly supabase: SupabaseClient;
  private readonly topic: string;
  private readonly options: SubscriptionOptions;

  constructor(supabase: SupabaseClient, topic: string, options: SubscriptionOptions) {
    this.supabase = supabase;
    this.topic = topic;
    this.options = options;
  }

  /** Opens or leaves it; of many calls the last one counts. */
  want(wanted: boolean): void {
    this.wanted = wanted;
    this.settle();
  }

  private settle(): void {
    if (this.channel === undefined) {
      if (this.wanted && !this.waiting) this.open();
    } else if (!this.wanted && !this.leaving) {
      // supabase-js hands out the channel that is still leaving, which then joins no more.
      this.leaving = true;
      this.heard = false;
      void this.supabase.removeChannel(this.channel).then(() => {
        this.leaving = false;
        this.channel = undefined;
        this.settle();
      });
    }
  }

  private open(): void {
    const { prepare, onHeard, onLost, againMs = AGAIN_MS } = this.options;
    const channel = this.supabase.channel(this.topic, { config: { private: true } });
    this.channel = channel;
    prepare(channel);
    channel.subscribe((status) => {
      if (this.leaving || this.channel !== channel) return;
      this.heard = status === "SUBSCRIBED";
      if (this.heard) onHeard(channel);
      else onLost?.();
      if (status !== "CLOSED") return;
      this.channel = undefined;
      this.waiting = true;
      setTimeout(
        () => {
          this.waiting = false;
          this.settle();
        },
        againMs * (1 + 2 * Math.random()),
      );
    });
  }
}
