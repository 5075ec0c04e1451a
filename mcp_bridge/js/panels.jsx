// @ts-check
/**
 * What the bridge itself shows: the skeleton before the first state, panels when there is nothing else to show, a bar
 * for a failed action or a note, a line while an action takes long. Plain elements; font and radius are the host's, colors are our
 * own in pairs of at least 4.5:1, light and dark; sizes are logical, so that right-to-left needs nothing more.
 */
import { Component } from "react";

/** The style sheet for the parts below, and for a document inside a frame. */
export const STYLE = `
body{margin:0}
#root{padding:var(--safe-area-top,0) var(--safe-area-right,0) var(--safe-area-bottom,0) var(--safe-area-left,0)}
html:not([data-fill]) [data-is-root-theme=true]{min-height:0!important}
html[data-fill] [data-is-root-theme=true]{min-height:calc(100vh - var(--safe-area-top,0px) - var(--safe-area-bottom,0px))!important}
.mcpb{font:14px/1.5 var(--font-sans,system-ui,sans-serif);color:light-dark(#1c2024,#edeef0);padding:16px;overflow-wrap:anywhere}
.mcpb h2{font-size:16px;font-weight:600;margin:0 0 4px}
.mcpb p{margin:0;white-space:pre-line}
.mcpb button{font:inherit;font-weight:600;padding:4px 14px;border-radius:6px;border:1px solid;background:0;color:inherit;cursor:pointer}
.mcpb button:focus-visible{outline:2px solid;outline-offset:2px}
.mcpb-panel,.mcpb-bar{border:1px solid light-dark(#d5d9de,#43484e);border-radius:var(--border-radius-md,8px);margin:8px}
.mcpb-panel{background:light-dark(#f3f4f6,#232528)}
.mcpb-panel button{margin-block-start:12px}
.mcpb-bar{position:sticky;inset-block-start:8px;z-index:9999;display:flex;flex-wrap:wrap;align-items:center;gap:8px;padding:8px 12px;background:light-dark(#f3f4f6,#232528)}
.mcpb-error{color:light-dark(#8a1717,#ffc9c9);background:light-dark(#fdecec,#3b1416);border-color:currentColor}
.mcpb-bar p{flex:1 1 200px}
.mcpb-bone,.mcpb-busy{background:light-dark(#d5d9de,#43484e);animation:mcpb 1.4s ease-in-out infinite}
.mcpb-bone{height:14px;margin-block-end:12px;border-radius:7px}
.mcpb-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.mcpb-busy{position:fixed;inset-block-start:0;inset-inline:0;height:2px;z-index:9999;background:light-dark(#2563eb,#7aa8ff)}
.mcpb-stale{opacity:.55}
@keyframes mcpb{50%{opacity:.4}}
@media (prefers-reduced-motion:reduce){.mcpb-bone,.mcpb-busy{animation:none}}
`;

/**
 * The outline of a widget that has no state yet.
 * @param {{ title: string, isSlow: boolean }} props
 */
export function Skeleton({ title, isSlow }) {
  return (
    <div className="mcpb" role="status" dir="auto">
      <div aria-hidden="true">
        {["38%", "92%", "74%"].map((width) => (
          <div key={width} className="mcpb-bone" style={{ width }} />
        ))}
      </div>
      {isSlow ? (
        <p>Still waiting for {title}. It shows here as soon as its result arrives.</p>
      ) : (
        <p className="mcpb-hidden">Loading {title}</p>
      )}
    </div>
  );
}

/**
 * A panel in the place of the widget, or above it.
 * @param {{ title: string, text: string, action?: string, onAction?: () => void, role?: string }} props
 */
export function Panel({ title, text, action, onAction, role = "status" }) {
  return (
    <section className="mcpb mcpb-panel" role={role} dir="auto">
      <h2>{title}</h2>
      <p>{text}</p>
      {action && (
        <button type="button" onClick={onAction}>
          {action}
        </button>
      )}
    </section>
  );
}

/**
 * What is shown when the opening tool gave no state.
 * @param {{ title: string, phase: "cancelled" | "failed" | "ask", message?: string, reopen: () => void }} props
 */
export function Closed({ title, phase, message, reopen }) {
  if (phase === "cancelled") {
    return <Panel title={`${title} was cancelled`} text={message ?? "Ask for it again in the chat to open it."} />;
  }
  if (phase === "failed") {
    const text = message || "The tool that opens it has failed.";
    return <Panel role="alert" title={`${title} could not be opened`} text={text} action="Try again" onAction={reopen} />;
  }
  const text = message ?? "The host did not pass on its state. Opening it here runs its tool once more.";
  return <Panel title={title} text={text} action="Open" onAction={reopen} />;
}

/**
 * A sentence above the widget, with what can be done about it.
 * @param {{ message: string, isError?: boolean, actions: Record<string, () => void> }} props
 */
export function Bar({ message, isError = false, actions }) {
  return (
    <div className={`mcpb mcpb-bar ${isError ? "mcpb-error" : ""}`} role={isError ? "alert" : "status"} dir="auto">
      <p>{message}</p>
      {Object.entries(actions).map(([label, run]) => (
        <button key={label} type="button" onClick={run}>
          {label}
        </button>
      ))}
    </div>
  );
}

/**
 * Keeps an exception in a component from leaving an empty frame.
 * @extends {Component<{ title: string, onError: (error: Error, stack: string) => void, children?: any }, { error?: Error }>}
 */
export class Boundary extends Component {
  state = { error: /** @type {Error | undefined} */ (undefined) };

  /** @param {Error} error */
  static getDerivedStateFromError(error) {
    return { error };
  }

  /** @param {Error} error @param {{ componentStack?: string }} info */
  componentDidCatch(error, info) {
    this.props.onError(error, info.componentStack ?? "");
  }

  render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Panel
        role="alert"
        title={`${this.props.title} could not be shown`}
        text={`The widget's own code raised an error: ${error.message}`}
        action="Retry"
        onAction={() => this.setState({ error: undefined })}
      />
    );
  }
}
