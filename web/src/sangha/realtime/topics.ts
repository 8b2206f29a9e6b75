import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";

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
  channel: RealtimeChannel;
  listeners: Set<TopicListener>;
  heard: boolean;
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
  const topic = topics.get(name) ?? open(supabase, name, topics);
  topic.listeners.add(listener);
  if (topic.heard) listener.onHeard?.();
  return () => {
    topic.listeners.delete(listener);
    if (topic.listeners.size > 0) return;
    // Who comes next in this turn, as React's strict mode does, finds it still open.
    queueMicrotask(() => {
      if (topic.listeners.size > 0 || topics.get(name) !== topic) return;
      topics.delete(name);
      void supabase.removeChannel(topic.channel);
    });
  };
}

function open(supabase: SupabaseClient, name: string, topics: Map<string, Topic>): Topic {
  const channel = supabase.channel(name, { config: { private: true } });
  const topic: Topic = { channel, listeners: new Set(), heard: false };
  topics.set(name, topic);
  channel
    .on("broadcast", { event: "*" }, (message: { event: string; payload?: unknown }) => {
      for (const { onPush } of topic.listeners) onPush(message.event, message.payload);
    })
    .subscribe((status) => {
      if (topics.get(name) !== topic) return;
      topic.heard = status === "SUBSCRIBED";
      for (const { onHeard, onLost } of topic.listeners) (topic.heard ? onHeard : onLost)?.();
    });
  return topic;
}
