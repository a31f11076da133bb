// The widgets of a run's report.

const WIDGETS = { motion, replay, explorer };
