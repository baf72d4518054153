import { startNats } from '@newsrelay/local-servers/nats';
import { startPostgres } from '@newsrelay/local-servers/postgres';
import { startRedis } from '@newsrelay/local-servers/redis';
import { temporaryDataDir } from '@newsrelay/local-servers/temporary-data-dir';
import { freePort } from '@newsrelay/local-servers/free-port';
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
export async function startLive(services=['ingest','transform','publish','console'], env={}) {
  const dir = temporaryDataDir(); const dataDir=dir.path;
  const servers=[await startNats({dataDir}), await startRedis({dataDir}), await startPostgres({dataDir,survivesPowerLoss:false})];
  const key='k'.repeat(40); const out={key,dataDir,servers}; const kids=[];
  for (const s of services) {
    const port=await freePort(); out[s]=`http://127.0.0.1:${port}`;
    const fd=openSync(`/tmp/w/${s}.log`,'w');
    kids.push(spawn(process.execPath,[`/work/main/apps/${s}/dist/main.js`],{stdio:['ignore',fd,fd],env:{PATH:process.env.PATH,NATS_URL:servers[0].url,REDIS_URL:servers[1].url,DATABASE_URL:servers[2].url,NEWSRELAY_PUBLIC_URL:'http://127.0.0.1:1',NEWSRELAY_ADMIN_KEY:key,NEWSRELAY_ENCRYPTION_KEY:Buffer.alloc(32,7).toString('base64'),NEWSRELAY_ALLOW_TARGETS:'127.0.0.0/8',NEWSRELAY_RETRY_SCHEDULE:'0,0.2,0.5,1,1,2,2,5',NEWSRELAY_PORT:String(port),...env}}));
  }
  for (const s of services) for(;;){ try{ if((await fetch(out[s]+'/health/ready')).status===200) break;}catch{} await new Promise(r=>setTimeout(r,100)); }
  out.stop=async()=>{ for(const k of kids){k.kill('SIGTERM'); if(k.exitCode===null) await new Promise(r=>k.once('exit',r));} for(const s of servers.reverse()) await s.stop(); await dir.remove(); };
  return out;
}
