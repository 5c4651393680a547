/** The value below which this share of the values lies: 0.5 is the median. */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  const position = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return low + (high - low) * (position - Math.floor(position));
}

export function median(values) {
  return quantile(values, 0.5);
}
