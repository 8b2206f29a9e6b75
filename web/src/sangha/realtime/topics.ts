import type { SupabaseClient } from "@supabase/supabase-js";
import { Subscription } from "./subscription";

/** What a listener is told of one topic. */
export interface TopicListener {
  /** A push: the event's name and its payload, unchecked. */
  onPush: (event: string, payload: unknown) => void;
  /**
   * The topic is heard from now on. Pushes before that were lost: read again what they tell of.
   * Called once for each subscription, so again after each reconnect.
   */
  onHeard?: () => void;
  /** The connection is gone; it is being made again. */
  onLost?: () => void;
}

interface Topic {
  subscription: Subscription;
  listeners: Set<TopicListener>;
}

const topicsOf = new WeakMap<SupabaseClient, Map<string, Topic>>();

/**
 * Listens to a private Realtime topic, over one subscription however many listen.
 *
 * @returns how to stop.
 */
export function listen(
  supabase: SupabaseClient,
  name: string,
  listener: TopicListener,
): () => void {
  const topics = topicsOf.get(supabase) ?? new Map<string, Topic>();
  topicsOf.set(supabase, topics);
  const topic = topics.get(name) ?? made(supabase, name);
  topics.set(name, topic);
  topic.listeners.add(listener);
  topic.subscription.want(true);
  if (topic.subscription.heard) listener.onHeard?.();
  return () => {
    topic.listeners.delete(listener);
    // Who comes next in this turn, as React's strict mode does, finds it still open.
    queueMicrotask(() => topic.subscription.want(topic.listeners.size > 0));
  };
}

function made(supabase: SupabaseClient, name: string): Topic {
  const listeners = new Set<TopicListener>();
  const subscription = new Subscription(supabase, name, {
    prepare: (channel) =>
      channel.on("broadcast", { event: "*" }, (message: { event: string; payload?: unknown }) => {
        for (const { onPush } of listeners) onPush(message.event, message.payload);
      }),
    onHeard: () => {
      for (const { onHeard } of listeners) onHeard?.();
    },
    onLost: () => {
      for (const { onLost } of listeners) onLost?.();
    },
  });
  return { subscription, listeners };
}
