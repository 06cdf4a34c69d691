// Fills the page from the two addresses that are open to everybody: /health/ready and /metrics.
const show = (id, text) => { document.getElementById(id).textContent = text; };

function metric(text, name) {
  const line = text.split('\n').find(each => each.startsWith(name + ' '));
  return line === undefined ? '–' : Number(line.slice(name.length + 1)).toLocaleString('en');
}

async function refresh() {
  try {
    const [ready, metrics] = await Promise.all([fetch('health/ready'), fetch('metrics')]);
    const health = await ready.json();
    const text = await metrics.text();
    show('generation', ready.ok ? health.generation : 'none yet');
    show('digest', ready.ok ? health.digest : health.detail);
    show('images', metric(text, 'perennial_corpus_images'));
    show('lag', metric(text, 'perennial_index_lag_images'));
  } catch {
    show('digest', 'The server does not answer.');
  }
}

const here = location.origin;
show('lines', [
  `curl --data-binary @cat.jpg -H 'Content-Type: image/jpeg' ${here}/images?label=cat`,
  `curl --data-binary @cat.jpg -H 'Content-Type: image/jpeg' ${here}/embed`,
  `curl --data-binary @cat.jpg -H 'Content-Type: image/jpeg' ${here}/search?k=5`,
  `curl -d '{"kind":"pretrain"}' -H 'Content-Type: application/json' ${here}/admin/runs`,
].join('\n'));
refresh();
setInterval(refresh, 3000);
