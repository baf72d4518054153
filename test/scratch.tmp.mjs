import { startLive } from './live.tmp.mjs';
const { ingest, key, stop } = await startLive();
for (const size of [1024*1024+1, 2<<20, 5<<20, 20<<20]) {
  const res = {};
  for (let i=0;i<15;i++) {
    let r; try { const a = await fetch(ingest+'/api/v1/articles',{method:'POST',headers:{authorization:'Bearer '+key,'content-type':'application/json'},body:'x'.repeat(size)}); r=a.status; await a.text(); } catch(e){ r=String(e.cause?.code??e.cause?.message??e); }
    res[r]=(res[r]??0)+1;
  }
  console.log(size, res);
}
await stop();
