"""The reference app: one widget per thing that people ask of widgets, on real data."""
