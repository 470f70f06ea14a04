/** Which part of the console is shown: all of it is behind the # of the address. */
export type Place = { view: 'operate' } | { view: 'tasks'; task: string | null };

export function parsePlace(hash: string): Place {
  const [view, ...rest] = hash.replace(/^#\/?/, '').split('/');
  if (view !== 'tasks') return { view: 'operate' };
  const task = rest.join('/');
  try {
    return { view: 'tasks', task: task === '' ? null : decodeURIComponent(task) };
  } catch {
    return { view: 'tasks', task: null };
  }
}

export function placeText(place: Place): string {
  if (place.view === 'operate') return '#/operate';
  return place.task === null ? '#/tasks' : `#/tasks/${encodeURIComponent(place.task)}`;
}
