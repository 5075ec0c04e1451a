// @ts-check
/**
 * What the bridge itself shows: the skeleton before the first state, panels when there is nothing else to show, a bar
 * for a failed action, a line while an action takes long. Plain elements; colors from the host's variables in pairs,
 * with fallbacks; every size logical, so that right-to-left needs nothing more.
 */
import { Component } from "react";

/** The style sheet for the parts below, and for a document inside a frame. */
export const STYLE = `
:root{--mcpb-text:#1c2024;--mcpb-quiet:#5b626b;--mcpb-surface:#f3f4f6;--mcpb-line:#d5d9de;--mcpb-strong:#1c2024;--mcpb-on-strong:#fff;--mcpb-alarm:#fdecec;--mcpb-on-alarm:#8a1717;--mcpb-busy:#2563eb}
:root[data-theme=dark]{--mcpb-text:#edeef0;--mcpb-quiet:#b0b4ba;--mcpb-surface:#232528;--mcpb-line:#43484e;--mcpb-strong:#edeef0;--mcpb-on-strong:#1c2024;--mcpb-alarm:#3b1416;--mcpb-on-alarm:#ffc9c9;--mcpb-busy:#7aa8ff}
body{margin:0}
#root{padding:var(--safe-area-top,0) var(--safe-area-right,0) var(--safe-area-bottom,0) var(--safe-area-left,0)}
html:not([data-fill]) [data-is-root-theme=true]{min-height:0!important}
html[data-fill] [data-is-root-theme=true]{min-height:calc(100vh - var(--safe-area-top,0px) - var(--safe-area-bottom,0px))!important}
.mcpb-box{font:14px/1.5 var(--font-sans,system-ui,sans-serif);color:var(--color-text-primary,var(--mcpb-text));padding:16px;box-sizing:border-box;overflow-wrap:anywhere}
.mcpb-box h2{font-size:16px;line-height:1.4;margin:0 0 4px}
.mcpb-box p{margin:0 0 12px;white-space:pre-line}
.mcpb-card,.mcpb-bar{border-radius:var(--border-radius-md,8px);margin:8px}
.mcpb-card{color:var(--mcpb-text);background:var(--mcpb-surface);border:1px solid var(--mcpb-line)}
.mcpb-card p:last-child{margin:0}
.mcpb-bar{position:sticky;inset-block-start:8px;z-index:2147483000;display:flex;flex-wrap:wrap;align-items:center;gap:8px 12px;padding:8px 12px;color:var(--mcpb-on-alarm);background:var(--mcpb-alarm);border:1px solid currentColor}
.mcpb-bar p{flex:1 1 200px;margin:0}
.mcpb-box button{font:inherit;font-weight:600;min-height:32px;padding-inline:14px;border-radius:var(--border-radius-sm,6px);border:1px solid currentColor;background:none;color:inherit;cursor:pointer}
.mcpb-card button{background:var(--mcpb-strong);color:var(--mcpb-on-strong);border-color:var(--mcpb-strong)}
.mcpb-box button:focus-visible{outline:2px solid var(--mcpb-busy);outline-offset:2px}
.mcpb-bone{height:14px;margin-block-end:12px;border-radius:7px;background:var(--mcpb-line);animation:mcpb-pulse 1.4s ease-in-out infinite}
.mcpb-quiet{color:var(--mcpb-quiet);margin:0}
.mcpb-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.mcpb-busy{position:fixed;inset-block-start:0;inset-inline:0;height:2px;z-index:2147483000;background:var(--mcpb-busy);animation:mcpb-pulse 1s ease-in-out infinite}
.mcpb-stale{opacity:.55}
@keyframes mcpb-pulse{50%{opacity:.4}}
@media (prefers-reduced-motion:reduce){.mcpb-bone,.mcpb-busy{animation:none}}
`;

/**
 * The outline of a widget that has no state yet.
 * @param {{ title: string, isSlow: boolean }} props
 */
export function Skeleton({ title, isSlow }) {
  return (
    <div className="mcpb-box" role="status" dir="auto">
      <div aria-hidden="true">
        {["38%", "92%", "74%"].map((width) => (
          <div key={width} className="mcpb-bone" style={{ width }} />
        ))}
      </div>
      {isSlow ? (
        <p className="mcpb-quiet">Still waiting for {title}. It shows here as soon as its result arrives.</p>
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
    <section className="mcpb-box mcpb-card" role={role} dir="auto">
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
 * A failed action, with what can be done about it.
 * @param {{ message: string, action: string, onAction: () => void }} props
 */
export function ErrorBar({ message, action, onAction }) {
  return (
    <div className="mcpb-box mcpb-bar" role="alert" dir="auto">
      <p>{message}</p>
      <button type="button" onClick={onAction}>
        {action}
      </button>
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
