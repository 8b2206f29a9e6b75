import {
  AutoScroller,
  DragDropManager,
  Feedback,
  PointerSensor,
  PreventSelection,
  StyleInjector,
} from "@dnd-kit/dom";

/**
 * Returns what watches over dragging with a mouse or a finger; the keyboard has its own way.
 *
 * dnd-kit writes its rules into a <style>, which the Content-Security-Policy refuses: what does
 * that is taken out, and the rules stand in RoleList.module.css.
 */
export function createDragManager(): DragDropManager {
  const manager = new DragDropManager({
    plugins: [AutoScroller, Feedback, PreventSelection],
    sensors: [PointerSensor],
  });
  manager.registry.plugins.unregister(StyleInjector);
  return manager;
}
