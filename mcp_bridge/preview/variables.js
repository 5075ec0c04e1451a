// @ts-check
/** The style variables that the emulator gives to widgets, for all hosts alike. MCP Apps 2026-01-26, "Theming". */

/** @type {Record<"light" | "dark", Record<string, string>>} */
const COLORS = {
  light: {
    "background-primary": "#ffffff", "background-secondary": "#f5f5f7", "background-tertiary": "#ececf0",
    "background-inverse": "#1b1b20", "background-ghost": "transparent", "background-info": "#e8f1fd",
    "background-danger": "#fdecec", "background-success": "#e7f6ec", "background-warning": "#fdf3e0",
    "background-disabled": "#f0f0f2", "text-primary": "#1b1b20", "text-secondary": "#56565f",
    "text-tertiary": "#73737d", "text-inverse": "#ffffff", "text-ghost": "#56565f", "text-info": "#1459ad",
    "text-danger": "#b3261e", "text-success": "#17693a", "text-warning": "#855400", "text-disabled": "#9c9ca6",
    "border-primary": "#d9d9df", "border-secondary": "#e6e6eb", "border-tertiary": "#f0f0f3",
    "border-inverse": "#1b1b20", "border-ghost": "transparent", "border-info": "#a9cbf5", "border-danger": "#f2b8b5",
    "border-success": "#a5d8b8", "border-warning": "#f0d193", "border-disabled": "#e6e6eb", "ring-primary": "#5b4bc4",
    "ring-secondary": "#8a8a94", "ring-inverse": "#ffffff", "ring-info": "#1459ad", "ring-danger": "#b3261e",
    "ring-success": "#17693a", "ring-warning": "#855400",
  },
  dark: {
    "background-primary": "#1c1c21", "background-secondary": "#26262c", "background-tertiary": "#303037",
    "background-inverse": "#f4f4f6", "background-ghost": "transparent", "background-info": "#152a45",
    "background-danger": "#421b1a", "background-success": "#14301f", "background-warning": "#3a2a0b",
    "background-disabled": "#26262c", "text-primary": "#f0f0f3", "text-secondary": "#b4b4bd",
    "text-tertiary": "#94949e", "text-inverse": "#1b1b20", "text-ghost": "#b4b4bd", "text-info": "#8fc1ff",
    "text-danger": "#ffaba5", "text-success": "#86d9a5", "text-warning": "#f1c56d", "text-disabled": "#6d6d77",
    "border-primary": "#3b3b44", "border-secondary": "#303037", "border-tertiary": "#26262c",
    "border-inverse": "#f4f4f6", "border-ghost": "transparent", "border-info": "#2d5688", "border-danger": "#7d3531",
    "border-success": "#2b6540", "border-warning": "#705318", "border-disabled": "#303037", "ring-primary": "#a99bff",
    "ring-secondary": "#94949e", "ring-inverse": "#1b1b20", "ring-info": "#8fc1ff", "ring-danger": "#ffaba5",
    "ring-success": "#86d9a5", "ring-warning": "#f1c56d",
  },
};

/** @type {Record<string, string>} */
const SIZES = {
  "--font-sans": 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  "--font-mono": "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  "--font-weight-normal": "400", "--font-weight-medium": "500", "--font-weight-semibold": "600", "--font-weight-bold": "700",
  "--font-text-xs-size": "12px", "--font-text-xs-line-height": "16px", "--font-text-sm-size": "14px",
  "--font-text-sm-line-height": "20px", "--font-text-md-size": "16px", "--font-text-md-line-height": "24px",
  "--font-text-lg-size": "18px", "--font-text-lg-line-height": "28px", "--font-heading-xs-size": "14px",
  "--font-heading-xs-line-height": "20px", "--font-heading-sm-size": "16px", "--font-heading-sm-line-height": "24px",
  "--font-heading-md-size": "18px", "--font-heading-md-line-height": "26px", "--font-heading-lg-size": "22px",
  "--font-heading-lg-line-height": "30px", "--font-heading-xl-size": "26px", "--font-heading-xl-line-height": "34px",
  "--font-heading-2xl-size": "32px", "--font-heading-2xl-line-height": "40px", "--font-heading-3xl-size": "40px",
  "--font-heading-3xl-line-height": "48px", "--border-radius-xs": "4px", "--border-radius-sm": "6px",
  "--border-radius-md": "8px", "--border-radius-lg": "12px", "--border-radius-xl": "16px", "--border-radius-full": "9999px",
  "--border-width-regular": "1px", "--shadow-hairline": "0 0 0 1px rgb(0 0 0 / 0.06)",
  "--shadow-sm": "0 1px 2px rgb(0 0 0 / 0.08)", "--shadow-md": "0 2px 8px rgb(0 0 0 / 0.1)", "--shadow-lg": "0 8px 24px rgb(0 0 0 / 0.14)",
};

/**
 * All variables of a theme.
 * @param {"light" | "dark"} theme
 * @returns {Record<string, string>}
 */
export function variables(theme) {
  const colors = Object.entries(COLORS[theme]).map(([name, value]) => [`--color-${name}`, value]);
  return { ...Object.fromEntries(colors), ...SIZES };
}
