// A run of as many jobs as a matrix may have legs, and some more. It stands in no list.

const LEGS = 256;

export function answerLarge(world, path) {
  if (path !== '/runs/9002') return undefined;
  const times = { started_at: world.at(900), finished_at: world.at(300) };
  const leg = (n) => ({
    ...world.job(`92${n}`, `test (${n})`, 'test', n === 200 ? 'failed' : 'succeeded', { ...times, queued_at: world.at(950), node: 'test' }),
    steps: [world.step(0, 'Set up', 'succeeded', times), world.step(1, 'Run the tests', n === 200 ? 'failed' : 'succeeded', times)],
  });
  const jobs = [...Array.from({ length: LEGS }, (_, n) => leg(n)), ...['image', 'staging'].map((name) => world.job(`93${name}`, name, name, 'skipped', { needs: Array.from({ length: LEGS }, (_, n) => `test (${n})`) }))];
  return { ...world.facts(9002), id: '9002', title: 'Everything on everything', state: 'failed', cause: 'exit', created_at: world.at(960), ...times, jobs };
}
