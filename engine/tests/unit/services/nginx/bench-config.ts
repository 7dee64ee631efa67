/** Configuration as bench 5.31 writes it (bench/config/templates/nginx.conf), cut to what routing needs. */
export interface BenchBlock {
  /** `80` or `443 ssl`, once per listen line. */
  listens: string[]
  names: string[]
  /** The map's variable, `$host`, or a directory. */
  site: string
  certificate?: { certificate: string; key: string }
  /** Where the block that sends http to https listens. */
  redirectListen?: string
}

export function benchServer(block: BenchBlock, sitesPath: string): string {
  const { certificate, site } = block
  const tls = certificate
    ? `	ssl_certificate      ${certificate.certificate};\n	ssl_certificate_key  ${certificate.key};\n	ssl_session_timeout  5m;\n`
    : ''
  return `
server {
${block.listens.map((listen) => `	listen ${listen};\n`).join('')}
	server_name
		${block.names.join('\n\t\t')}
		;

	root ${sitesPath};

${tls}	add_header X-Frame-Options "SAMEORIGIN";

	location /assets {
		try_files $uri =404;
	}

	location ~ ^/protected/(.*) {
		internal;
		try_files /${site}/$1 =404;
	}

	location / {

 		rewrite ^(.+)/$ $1 permanent;
  		rewrite ^(.+)\\.html$ $1 permanent;

		location ~* ^/files/.*.(htm|html|svg|xml) {
			add_header Content-disposition "attachment";
			try_files /${site}/public/$uri @webserver;
		}

		try_files /${site}/public/$uri @webserver;
	}

	location @webserver {
		proxy_http_version 1.1;
		proxy_set_header X-Frappe-Site-Name ${site};
		proxy_set_header Host $host;
		proxy_set_header X-Use-X-Accel-Redirect True;
		proxy_pass  http://frappe-bench-frappe;
	}
}
${
  block.redirectListen === undefined
    ? ''
    : `
# http to https redirect
	server {
		listen ${block.redirectListen};
		server_name
			${block.names.join('\n\t\t\t')}
			;

		return 301 https://$host$request_uri;
	}
`
}`
}

export function benchMap(variable: string, entries: Record<string, string>): string {
  const lines = Object.entries(entries).map(([host, directory]) => `\t${host} ${directory};\n\t`)
  return `
map $host ${variable} {
${lines.join('')}default $host;
	
}
`
}

export const upstream = (port: number): string => `upstream frappe-bench-frappe {
	server 127.0.0.1:${port} fail_timeout=0;
}

# setup maps
`
