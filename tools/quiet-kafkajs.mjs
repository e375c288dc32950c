let done = false;

/** Leaves out the warning that kafkajs 2.2.4 sets a timer for a time that has passed, which does no harm. */
export function quietKafkajs() {
  if (done) return;
  done = true;
  const printers = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'TimeoutNegativeWarning') printers.forEach((print) => print(warning));
  });
}
