/** A dialog: make a community, or join one by an invitation. */
export default function NewCommunity({ onClose }: { onClose: () => void }) {
  return (
    <button type="button" onClick={onClose}>
      Close
    </button>
  );
}
