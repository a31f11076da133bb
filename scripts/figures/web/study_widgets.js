// The widgets of a study's report.

const WIDGETS = { motion, replay, explorer, sweep, curves, profiles, texts, panels };

sortTables();
for (const root of document.querySelectorAll('[data-widget="panels"]')) startWidget(root);
