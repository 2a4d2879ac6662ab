"""Reads pmembench's results file and draws it: one HTML file, and PNGs. docs/report.md describes it."""
