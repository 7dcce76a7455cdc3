/// The programs whose command lines are known, a line each: `NAMES ; LETTERS ; LONG NAMES ; TRAITS`.
///
/// - A letter or long name may be followed by what its value is: `:` a value, `?` one only in the same word, `@` a path
///   that is read, `!` a path that is written, `$` shell code that runs.
/// - `name=x` makes the letter `x` its canonical form; `(Rr)` makes `-R` another `-r`.
/// - Traits: `none` no operand is a path; `first` the first one is none, `script` unless `-e` or `-f` gives it; `write` operands are written,
///   `last` the last one is, `with-i` they are if `-i` is given; `ordered` options end at the first operand; `plain`
///   options have one dash and do not bundle; `oldstyle` the first operand may be a bundle; `keys` operands are `KEY=VALUE`; `privileged`; and one
///   ``ShellProgram/Role``.
let shellProgramTable = """
  # Files
  rm;dfiIrRvPWx;force=f recursive=r dir=d verbose=v interactive? one-file-system no-preserve-root preserve-root? (Rr);write
  rmdir;pv;parents=p verbose=v ignore-fail-on-non-empty;write
  unlink shred srm;fuzvxn:s:;force=f remove?=u zero=z verbose=v exact=x iterations:=n size:=s random-source@;write
  mkdir;pvm:Z;parents=p verbose=v mode:=m context?;write
  touch;acfmhd:r@t:;no-create=c date:=d reference@=r time: no-dereference=h;write
  truncate;cor@s:;no-create=c io-blocks=o reference@=r size:=s;write
  mkfifo;m:Z;mode:=m;write
  mknod;m:Z;mode:=m;write
  tee sponge;aip;append=a ignore-interrupts=i output-error?;write
  cp;abdfiHlLnprRsuvxZTt!S:P;archive=a force=f interactive=i recursive=r link=l symbolic-link=s update?=u verbose=v no-clobber=n no-target-directory=T target-directory!=t dereference=L no-dereference=P preserve? no-preserve: parents backup? suffix:=S one-file-system=x reflink? sparse: attributes-only remove-destination strip-trailing-slashes copy-contents context? (Rr);last
  mv;bfinuvZTt!S:;force=f interactive=i no-clobber=n update?=u verbose=v no-target-directory=T target-directory!=t backup? suffix:=S strip-trailing-slashes context? exchange no-copy;write
  ln;bdfFiLnPrsvTt!S:;symbolic=s force=f interactive=i no-dereference=n relative=r verbose=v logical=L physical=P no-target-directory=T target-directory!=t directory=d backup? suffix:=S;last
  install;bcCdDpsTvm:o:g:t!S:Z;directory=d mode:=m owner:=o group:=g compare=C strip=s preserve-timestamps=p target-directory!=t no-target-directory=T verbose=v backup? suffix:=S strip-program$ context?;last
  dd;;;keys
  chmod;cfvRrHLP;recursive=r changes=c silent=f quiet=f verbose=v reference@ preserve-root no-preserve-root (Rr);first write
  chown chgrp;cfvhHLPRr;recursive=r changes=c silent=f quiet=f verbose=v no-dereference=h dereference reference@ from: preserve-root no-preserve-root (Rr);first write
  chattr;RVfv:p:;;first write
  setfacl;abdkm:M@nRx:X@;remove-all=b modify:=m remove:=x recursive=R set: restore@ default=d remove-default=k no-mask=n;write
  setcap;qvn:;;first write
  ls dir vdir;aAbBcCdDfFgGhHiI:kklLmnNopqQrRsStT:uUvw:xXZ1;all=a almost-all=A recursive=R human-readable=h reverse=r directory=d inode=i size=s numeric-uid-gid=n color? classify?=F format: sort: time: ignore:=I hide: width:=w time-style: full-time group-directories-first dereference=L indicator-style: quoting-style: block-size: author escape=b hyperlink? si zero;
  cat tac nl;AbeEnstTuvd:f:h:i:l:n:w:v:;show-all=A number=n number-nonblank=b show-ends=E show-tabs=T squeeze-blank=s;
  head tail;c:n:qvzfFs:;bytes:=c lines:=n quiet=q silent=q verbose=v follow? retry pid: sleep-interval:=s zero-terminated=z;
  less more;;;
  stat;Lfc:tZ;dereference=L file-system=f format:=c printf: terse=t;
  file;bcCdEf@F:ihkLlm@nNpP:rsSvzZ0;brief=b mime=i mime-type files-from@=f magic-file@=m dereference=L uncompress=z;
  readlink realpath;femnsvzqLPE;canonicalize=f relative-to@ relative-base@ no-newline=n quiet=q zero=z strip=s;
  basename dirname;as:z;multiple=a suffix:=s zero=z;none
  du;abcDHhkLlmsStx0B:d:X@;all=a apparent-size bytes=b total=c human-readable=h summarize=s max-depth:=d one-file-system=x exclude: exclude-from@=X time? threshold:=t block-size:=B inodes si files0-from@ separate-dirs=S null=0 dereference=L;
  df;aB:hHiklPt:Tvx:;all=a human-readable=h inodes=i local=l portability=P type:=t print-type=T exclude-type:=x block-size:=B output? sync total si;
  wc;cmlLw;bytes=c chars=m lines=l words=w max-line-length=L files0-from@;
  md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum;bctwzal:;binary=b check=c tag text=t quiet status warn=w strict algorithm:=a;
  diff cmp comm sdiff;abBcC:dDeEFiI:lnNpqrsStTuU:wW:x:X@yZ123;brief=q recursive=r unified?=u context?=c ignore-case=i ignore-all-space=w new-file=N side-by-side=y color? exclude:=x text=a;
  patch;bcd:D:eEfF:i@lnNo!p:r!RsStTuvV:Y:zZ;strip:=p input@=i output!=o reverse=R directory:=d dry-run backup=b forward=N;write
  mount;aBbfFil:Lm:nMo:O:rRsSt:T@vwU:;all=a bind=B types:=t options:=o read-only=r rw=w make-private make-shared rbind=R move=M;
  umount;acdfilnO:qrRt:v;all=a force=f lazy=l recursive=R types:=t;
  mkfs mke2fs mkswap wipefs blkdiscard;acfFqvVt:L:b:m:i:N:O:E:I:j;type:=t force=f all=a label:=L;write
  fdisk sfdisk sgdisk parted cfdisk;lLsNab:c:t:u:wWZoG;list=l zap-all=Z clear=o script=s;write
  tar bsdtar;AcdrtuxzjJZvf:C@GgO:pPhkmMnNoSsT@UV:wWX@aI$K:bBilLF$H:;create=c extract=x get=x list=t append=r update=u catenate=A concatenate=A delete diff=d compare=d file:=f gzip=z gunzip=z bzip2=j xz=J zstd lzma verbose=v directory@=C exclude: exclude-from@=X files-from@=T to-stdout=O to-command$ use-compress-program$=I checkpoint? checkpoint-action: strip-components: transform: owner: group: mode: no-same-owner preserve-permissions=p same-permissions=p absolute-names=P dereference=h wildcards info-script$=F new-volume-script$=F rsh-command$ one-file-system overwrite keep-old-files=k remove-files auto-compress=a totals? anchored numeric-owner;oldstyle
  gzip gunzip bzip2 bunzip2 xz unxz lzma zstd unzstd compress uncompress pigz lz4;cdfklnNqrtvzS:123456789T:o!D@;stdout=c to-stdout=c decompress=d uncompress=d force=f keep=k list=l recursive=r test=t verbose=v quiet=q suffix:=S best fast threads:=T;write
  zcat bzcat xzcat zless zgrep;cdf;;
  zip;r0123456789qvjmuftTyeDP:i:x:b!R@lgoF;recurse-paths=r junk-paths=j encrypt=e password:=P exclude:=x unzip-command$;write
  unzip;lptvzfjnoqaCLKuXUVd!x:P:;;
  cpio;idopvutmcaA0BE@F:I@O!;create=o extract=i pass-through=p make-directories=d;
  split;a:b:C:l:n:dxet:v;bytes:=b lines:=l number:=n filter$ suffix-length:=a additional-suffix: numeric-suffixes? verbose=v;
  sort;bcCdfgGhiMnrRsuVzk:o!S:t:T@m;output!=o unique=u reverse=r numeric-sort=n key:=k field-separator:=t human-numeric-sort=h version-sort=V random-sort=R merge=m check? compress-program$ temporary-directory@=T buffer-size:=S parallel: files0-from@ stable=s zero-terminated=z ignore-case=f general-numeric-sort=g month-sort=M;
  uniq;cdDf:iuzs:w:;count=c repeated=d unique=u ignore-case=i skip-fields:=f;
  cut;b:c:d:f:nsz;bytes:=b characters:=c delimiter:=d fields:=f complement only-delimited=s output-delimiter:;
  paste join column fold fmt expand unexpand pr;d:sz1:2:t:a:e:i:o:v:j:w:c:N:xnr:;delimiters:=d serial=s table=t separator:=s width:=w;
  tr;cCdst;complement=c delete=d squeeze-repeats=s truncate-set1=t;none
  od xxd hexdump strings;A:j:N:S:t:vw:bcdeioplrusxfan:T:Cg:E;address-radix:=A format:=t bytes:=n;
  base64 base32;diw:bDo!;decode=d ignore-garbage=i wrap:=w;
  grep egrep fgrep zgrep rgrep;abcEFGhHiIlLnoPqrRsTuUvVwxyzZ0123456789A:B:C:D:d:e:f@m:;recursive=r dereference-recursive=r ignore-case=i invert-match=v line-number=n count=c files-with-matches=l files-without-match=L regexp:=e file@=f extended-regexp=E fixed-strings=F perl-regexp=P basic-regexp=G word-regexp=w line-regexp=x only-matching=o quiet=q silent=q no-messages=s include: exclude: exclude-dir: exclude-from@ color? colour? after-context:=A before-context:=B context:=C max-count:=m no-filename=h with-filename=H null=Z null-data=z text=a binary-files: line-buffered label: byte-offset=b (Rr);script
  sed gsed;nEruzsbe:f@i?l:;quiet=n silent=n expression:=e file@=f in-place?=i regexp-extended=E separate=s null-data=z posix debug sandbox follow-symlinks line-length:=l unbuffered=u (rE);script with-i sed
  awk gawk mawk nawk;F:v:f@e:i@bcCdhEgILlMnNOopPrsStVD:;field-separator:=F assign:=v file@=f source:=e include@=i;script awk
  find;;;plain find
  locate;;;none
  xargs;0a@d:E:e?I:i?L:l?n:oprs:tP:x;null=0 arg-file@=a delimiter:=d eof?=E replace?=I max-lines?=L max-args:=n max-procs:=P interactive=p no-run-if-empty=r verbose=t exit=x max-chars:=s open-tty=o process-slot-var: show-limits;ordered xargs none
  parallel;0a@j:I:i?kmn:N:P:qtvXd:C:u;null=0 jobs:=j max-procs:=j arg-file@=a colsep:=C dry-run keep-order=k halt: joblog! results! verbose=t bar progress eta xargs max-args:=n delimiter:=d tag group sshlogin: delay: timeout: retries: line-buffer ungroup=u pipe will-cite no-notice quote=q;ordered parallel none
  # Network
  curl;01234#6aA:b:Bc!C:d:D!e:E@fF:gGhH:iIjJkK@lLm:MnNo!OpP:qQ:r:RsSt:T@u:U:vVw:x:X:y:Y:z:Z;output!=o remote-name=O remote-name-all silent=s show-error=S fail=f location=L head=I include=i request:=X header:=H data:=d data-raw: data-binary: data-urlencode: data-ascii: json: form:=F form-string: user:=u user-agent:=A insecure=k proxy:=x upload-file@=T cookie:=b cookie-jar!=c compressed config@=K max-time:=m connect-timeout: referer:=e get=G verbose=v dump-header!=D write-out:=w retry: retry-delay: retry-max-time: url: cacert@ cert@=E key@ resolve: remote-header-name=J create-dirs progress-bar=# continue-at:=C limit-rate: range:=r netrc=n netrc-file@ oauth2-bearer: output-dir! trace! trace-ascii! stderr! unix-socket@ interface: ipv4=4 ipv6=6 http1.1 http2 tlsv1.2 fail-with-body no-progress-meter parallel=Z noproxy: socks5: max-redirs: proto: aws-sigv4: digest anytype ntlm negotiate location-trusted ssl-reqd mail-from: mail-rcpt: quote:=Q abstract-unix-socket: alt-svc: anyauth append=a basic ca-native capath@ cert-status cert-type: ciphers: compressed-ssh connect-to: create-file-mode: crlf crlfile@ curves: delegation: disable=q disable-eprt disable-epsv disallow-username-in-url dns-interface: dns-ipv4-addr: dns-ipv6-addr: dns-servers: doh-cert-status doh-insecure doh-url: egd-file: engine: etag-compare@ etag-save! expect100-timeout: fail-early false-start form-escape ftp-account: ftp-alternative-to-user: ftp-create-dirs ftp-method: ftp-pasv ftp-port:=P ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-ccc-mode: ftp-ssl-control globoff=g happy-eyeballs-timeout-ms: haproxy-clientip: haproxy-protocol help=h hostpubmd5: hostpubsha256: hsts: http0.9 http1.0=0 http2-prior-knowledge http3 http3-only ignore-content-length ip-tos: ipfs-gateway: junk-session-cookies=j keepalive keepalive-cnt: keepalive-time: key-type: krb: libcurl! list-only=l local-port: login-options: mail-auth: mail-rcpt-allowfails manual=M max-filesize: metalink mptcp netrc-optional next alpn buffer clobber npn sessionid no-buffer=N no-clobber ntlm-wb parallel-immediate parallel-max: pass: path-as-is pinnedpubkey: post301 post302 post303 preproxy: progress-meter proto-default: proto-redir: proxy-anyauth proxy-basic proxy-ca-native proxy-cacert@ proxy-capath@ proxy-cert@ proxy-cert-type: proxy-ciphers: proxy-crlfile@ proxy-digest proxy-header: proxy-http2 proxy-insecure proxy-key@ proxy-key-type: proxy-negotiate proxy-ntlm proxy-pass: proxy-pinnedpubkey: proxy-service-name: proxy-ssl-allow-beast proxy-ssl-auto-client-cert proxy-tls13-ciphers: proxy-tlsauthtype: proxy-tlspassword: proxy-tlsuser: proxy-tlsv1 proxy-user:=U proxy1.0: proxytunnel=p pubkey: random-file: rate: raw remote-time=R remove-on-error request-target: retry-all-errors retry-connrefused sasl-authzid: sasl-ir service-name: skip-existing socks4: socks4a: socks5-basic socks5-gssapi socks5-gssapi-nec socks5-gssapi-service: socks5-hostname: speed-limit:=Y speed-time:=y ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-revoke-best-effort sslv2=2 sslv3=3 styled-output suppress-connect-headers tcp-fastopen tcp-nodelay telnet-option:=t tftp-blksize: tftp-no-options time-cond:=z tls-max: tls13-ciphers: tlsauthtype: tlspassword: tlsuser: tlsv1=1 tlsv1.0 tlsv1.1 tlsv1.3 tr-encoding trace-config: trace-ids trace-time url-query: use-ascii=B version=V xattr;none client
  wget;bcdFhiI:kKLmnNpqrSvVxHE46A:B:D:e:g:G:i@l:o!a!O!P!Q:R:t:T:U:w:X:;output-document!=O output-file!=o append-output!=a directory-prefix!=P quiet=q recursive=r continue=c no-check-certificate input-file@=i post-data: post-file@ body-data: body-file@ header: user: password: user-agent:=U spider timestamping=N mirror=m no-parent timeout:=T tries:=t level:=l accept:=A reject:=R page-requisites=p convert-links=k background=b limit-rate: method: load-cookies@ save-cookies! no-verbose referer: server-response=S execute:=e use-askpass$ no-clobber=nc domains:=D wait:=w show-progress content-disposition span-hosts=H no-directories cut-dirs: no-host-directories adjust-extension=E max-redirect: random-wait version=V help=h debug=d verbose=v report-speed: force-html=F base:=B config@ no-config rejected-log! retry-connrefused retry-on-http-error: no-netrc start-pos: progress: no-if-modified-since no-use-server-timestamps dns-timeout: connect-timeout: read-timeout: waitretry: no-proxy quota:=Q bind-address: no-dns-cache restrict-file-names: ignore-case inet4-only=4 inet6-only=6 prefer-family: ask-password no-iri local-encoding: remote-encoding: unlink xattr force-directories=x protocol-directories http-user: http-password: http-passwd: no-cache default-page: ignore-length compression: proxy? proxy-user: proxy-password: save-headers no-http-keep-alive no-cookies keep-session-cookies content-on-error auth-no-challenge secure-protocol: https-only certificate@ certificate-type: private-key@ private-key-type: ca-certificate@ ca-directory@ crl-file@ pinnedpubkey: ciphers: no-hsts hsts-file! ftp-user: ftp-password: no-remove-listing no-glob no-passive-ftp preserve-permissions retr-symlinks ftps-implicit ftps-resume-ssl ftps-clear-data-connection ftps-fallback-to-ftp warc-file! warc-header: warc-max-size: warc-cdx warc-dedup@ no-warc-compression no-warc-digests no-warc-keep-log warc-tempdir@ delete-after convert-file-only backups? backup-converted=K strict-comments accept-regex: reject-regex: regex-type: exclude-domains: follow-ftp follow-tags: ignore-tags: relative=L include-directories:=I trust-server-names exclude-directories:=X;none client
  ssh autossh mosh;46AaCfGgKkMNnqsTtVvXxYyB:b:c:D:E!e:F@I@i@J:L:l:m:M:O:o:p:Q:R:S:W:w:;;ordered none remote
  sshpass;p:f@d:ev;;ordered prefix
  scp;346ABCOpqrTvc:D$F@i@J:l:o:P:S$X:;;last copy
  sftp;46AaCfNpqrvB:b@c:D$F@i@J:l:o:P:R:S$s:X:;;none copy
  sftp-server internal-sftp;ceRhd@f:l:P:p:Q:u:;;none copy
  rsync;0346acdgghHiIklLmnoOpPqrRstuvWxyzADEFNSUXbe$B:f:M:T@;archive=a recursive=r verbose=v compress=z delete delete-after delete-before delete-during delete-excluded dry-run=n rsh$=e exclude: include: exclude-from@ include-from@ files-from@ progress partial=P human-readable=h times=t links=l perms=p owner=o group=g remove-source-files rsync-path$ log-file! password-file@ bwlimit: stats inplace update=u relative=R checksum=c backup=b backup-dir! max-size: chmod: itemize-changes=i ignore-existing existing one-file-system=x info: port: partial-dir! compare-dest@ link-dest@ whole-file=W quiet=q filter:=f numeric-ids size-only timeout: append mkpath;last copy
  nc ncat netcat;46bCDdFhklNnrStUuvZzc$e$G:i:I:M:m:O:o!P:p:q:s:T:V:w:X:x:;sh-exec$=c exec$=e listen=l udp=u keep-open=k ssl source-port:=p wait:=w;none
  socat;dDuUt:T:hVvxls;;socket none
  ping;46aAbBc:dDfhi:I:l:Lm:M:nOp:qQ:rRs:S:t:T:UvVw:W:;;none
  # Processes and the system
  kill;;;plain none
  killall pkill;eHIgioqrsu:vVwxfnP:t:U:G:y:;signal:=s exact=x full=f user:=u wait=w newest=n ignore-case=I;none
  pgrep;acdfilnosuvwxg:G:P:t:U:F@L;full=f list-name=l list-full=a newest=n exact=x count=c euid:=u delimiter:=d;none
  ps;;;plain none
  systemctl;aqlfrH:M:n:o:p:P:t:s:Ti;force=f now all=a type:=t user system no-pager host:=H machine:=M signal:=s state: property:=p recursive=r quiet=q full=l lines:=n output:=o no-block no-reload runtime root@;none
  service;;;none
  journalctl;abdefFghiklmMnNoOpPqrStTuUx;unit:=u follow=f no-pager since: until: lines:=n vacuum-size: vacuum-time: rotate output:=o boot?=b priority:=p;none
  shutdown reboot halt poweroff init telinit;acfFhHkKnPrt:w;reboot=r halt=H poweroff=P no-wall force=f;none
  useradd adduser usermod;aAb:c:d!De:f:g:G:hk:K:lL:mMNo:p:rR:s:u:UZ;groups:=G append=a home-dir!=d home!=d shell:=s system=r create-home=m uid:=u gid:=g lock password:=p comment:=c;none
  userdel deluser groupdel;frRZ;force=f remove=r remove-home;none
  passwd chpasswd;adefhkilmquSs:x:;delete=d lock=l expire=e unlock=u;none
  crontab;elriu:;;schedule none
  at batch;bcdf@lmMq:rt:vV;;schedule none
  apt apt-get aptitude;abcdfhimqsuVyot:;yes=y assume-yes=y quiet?=q purge fix-broken=f install-recommends no-install-recommends force-yes allow-unauthenticated target-release:=t download-only=d simulate=s dry-run=s autoremove reinstall only-upgrade;none
  dpkg rpm yum dnf apk pacman zypper;;;
  pip pip3 pipx;r@e@t!Uc:qvi:f:;requirement@=r editable@=e target!=t upgrade=U index-url:=i extra-index-url: no-cache-dir user quiet=q yes=y constraint@=c find-links:=f force-reinstall break-system-packages trusted-host: no-deps pre verbose=v prefix!;none
  npm yarn pnpm;c$;call$=c;none
  npx bunx;c$p:y;call$=c package:=p yes=y no-install;ordered prefix none
  make gmake;f@C@I@j?kBnsiewl?o:W:tpqrRSbmE:;file@=f makefile@=f directory@=C include-dir@=I jobs?=j keep-going=k always-make=B dry-run=n silent=s quiet=s eval: environment-overrides=e;make none
  vagrant;c$;command$=c;none
  git;afnqvrdDxXiImc:C@bBtsupelMNSkow;force=f all=a quiet=q verbose=v message:=m dry-run=n tree-filter$ index-filter$ msg-filter$ env-filter$ parent-filter$ commit-filter$ tag-name-filter$ extcmd$ upload-pack$ receive-pack$ git-dir@ work-tree@ exec$=x delete=d interactive=i hard soft mixed force-with-lease? set-upstream=u patch=p;ordered versionControl first
  docker-compose podman-compose;f@p:qv;file@=f project-name:=p env-file@ profile: project-directory@ ansi: progress: parallel:;container ordered none
  docker podman nerdctl crictl buildah;itdPp:v:e:u:w:h:l:m:H:fqac:;interactive=i tty=t detach=d env:=e env-file@ user:=u workdir:=w volume:=v mount: name: network: net: entrypoint: publish:=p rm privileged force=f host:=H context:=c label:=l hostname:=h memory:=m cap-add: cap-drop: device: pid: ipc: restart: link: log-driver: add-host: cpus: security-opt: volumes-from: platform: pull: gpus: runtime: shm-size: ulimit: userns: config@ log-level: tls tlsverify init read-only expose: cidfile! detach-keys: dns: group-add: ip: mac-address: tmpfs: stop-signal: sysctl: annotation: health-cmd: cgroup-parent: cgroupns: cpu-shares: cpuset-cpus: project-name: file@ index: publish-all=P all=a quiet=q;container ordered none
  lxc incus machinectl;tTqn:u:E:M:;env: user: mode: project: machine:=M uid: setenv:=E;pod none
  kubectl oc k microk8s.kubectl;itAn:c:f@l:o:k@Rqws:v:;namespace:=n container:=c stdin=i tty=t filename@=f selector:=l output:=o all-namespaces=A kustomize@=k context: cluster: user: kubeconfig@ server:=s token: as: as-group: recursive=R force grace-period: quiet=q image: request-timeout: v: dry-run? watch=w all pod-running-timeout: insecure-skip-tls-verify;pod none
  # Clouds, infrastructure and forges. Of `aws` only the options that all commands share: its operands may be paths (`s3 cp`).
  aws;;profile: region: output: endpoint-url: query: color: ca-bundle@ cli-read-timeout: cli-connect-timeout: cli-input-json: cli-input-yaml: cli-binary-format: debug no-verify-ssl no-paginate no-sign-request no-cli-pager cli-auto-prompt no-cli-auto-prompt recursive delete force dryrun quiet acl: include: exclude: storage-class: sse: policy: policy-document: policy-arn: role-arn: role-session-name: user-name: role-name: group-name: group-id: group-names: cidr: protocol: port: bucket: key: secret-id: name: names: instance-ids: filters: tags: with-decryption skip-final-snapshot;
  gcloud;qh;account: billing-project: configuration: flags-file@ filter: flatten: format: impersonate-service-account: access-token-file@ log-http limit: page-size: project: quiet=q region: sort-by: trace-token: user-output-enabled verbosity: zone: location: member: role: key: keyring: source-ranges: key-file@ async help=h;
  gsutil;mdDqo:h:i:u:;;
  bq;qn:;project_id: dataset_id: location: format: quiet=q headless bigqueryrc@;none
  az;g:n:o:l:y;resource-group:=g name:=n output:=o location:=l yes=y subscription: query: verbose debug only-show-errors no-wait ids: assignee: role: scope: tier: method: url: body: uri: vault-name: template-file@ parameters: source-address-prefixes: help=h;none
  terraform tofu terragrunt;;chdir: var: var-file@ target: replace: out! state@ state-out! backup! backend-config: lock-timeout: parallelism: plugin-dir@ from-module: auto-approve destroy;plain none
  pulumi;C@s:m:p:t:r:yfej;cwd@=C stack:=s message:=m parallel:=p target:=t replace: refresh=r yes=y skip-preview=f config: config-file@ emoji=e json=j color: logtostderr policy-pack@ profiling: show-secrets tracing: verbose: suppress-outputs continue-on-error diff;none
  helm;n:f@o:l:aAiqh;all=a namespace:=n values@=f output:=o selector:=l all-namespaces=A install=i kube-context: kubeconfig@ kube-token: kube-as-user: kube-as-group: kube-apiserver: kube-ca-file@ kube-tls-server-name: registry-config@ repository-config@ repository-cache@ burst-limit: qps: debug version: repo: timeout: set: set-string: set-json: set-literal: set-file@ post-renderer: description: history-max: wait wait-for-jobs atomic force no-hooks dry-run? create-namespace reset-values reuse-values keep-history cascade: help=h;none
  argocd;N:o:l:yH:h;server: auth-token: auth-token-file@ config@ kube-context: core grpc-web grpc-web-root-path: header:=H insecure plaintext logformat: loglevel: port-forward port-forward-namespace: server-crt@ server-name: client-crt@ client-crt-key@ app-namespace:=N output:=o selector:=l yes=y project: revision: cascade? prune force replace dest-namespace: dest-server: repo: path: sync-policy: help=h;none
  eksctl;f@r:p:n:C:v:dw;config-file@=f region:=r profile:=p name:=n cluster:=c verbose:=v color:=C wait=w force disable-nodegroup-eviction nodegroup: node-name: timeout:;none
  doctl;t:u:c@o:vf;access-token:=t api-url:=u config@=c output:=o context: trace verbose=v force=f interactive http-retry-max:;none
  vault;;address: agent-address: ca-cert@ ca-path@ client-cert@ client-key@ field: format: header: mfa: mount: namespace: ns: non-interactive output-curl-string policy-override tls-server-name: tls-skip-verify unlock-key: version: versions: wrap-ttl: ttl: policy: type: method:;plain none
  gh;R:X:H:q:t:b:B:F@h;repo:=R method:=X header:=H jq:=q template: title:=t body:=b base:=B body-file@=F hostname: input@ admin yes limit: json: label: assignee: reviewer: milestone: visibility: description: accept-visibility-change-consequences approve help=h;none
  glab;R:X:H:h;repo:=R method:=X header:=H title: description: target-branch: hostname: input@ yes label: assignee: help=h;none
  openssl;;in@ out! key@ inkey@ keyout! CAfile@ cert@;plain none
  ssh-keygen;lqypeAvBcgHDLNRF:f!t:b:C:N:P:i:m:R:;;none
  psql;aAbeEHlnqsStwWxXzV01c:d:f@F:h:L!o!p:P:R:T:U:v:;command:=c dbname:=d file@=f host:=h port:=p username:=U no-align=A tuples-only=t quiet=q no-psqlrc=X single-transaction=1 output!=o variable:=v set:=v field-separator:=F expanded=x html=H list=l echo-all=a log-file!=L pset:=P csv no-password=w password=W record-separator:=R no-readline=n echo-errors=b echo-queries=e echo-hidden=E single-step=s single-line=S field-separator-zero=z record-separator-zero=0 table-attr:=T;none client
  dropdb dropuser;efiVh:p:U:wW;force=f interactive=i if-exists maintenance-db: host:=h port:=p username:=U no-password=w password=W echo=e version=V help;none client
  createdb;eVh:p:U:wWD:E:l:O:S:T:;tablespace:=D encoding:=E locale:=l owner:=O strategy:=S template:=T lc-collate: lc-ctype: locale-provider: icu-locale: icu-rules: maintenance-db: host:=h port:=p username:=U no-password=w password=W echo=e version=V help;none client
  createuser;eVh:p:U:wWa:c:dDg:iIlLm:PrRsSv:;with-admin:=a connection-limit:=c createdb=d no-createdb=D role:=g member-of:=g inherit=i no-inherit=I login=l no-login=L with-member:=m pwprompt=P createrole=r no-createrole=R superuser=s no-superuser=S valid-until:=v interactive replication no-replication bypassrls no-bypassrls host:=h port:=p username:=U no-password=w password=W echo=e version=V help;none client
  pg_dump;abBcCd:e:E:f!F:h:j:n:N:Op:RsS:t:T:U:vVwWxZ:;data-only=a blobs=b large-objects=b no-blobs=B clean=c create=C dbname:=d extension:=e encoding:=E file!=f format:=F jobs:=j schema:=n exclude-schema:=N no-owner=O schema-only=s superuser:=S table:=t exclude-table:=T verbose=v no-privileges=x no-acl=x compress:=Z exclude-table-data: table-and-children: exclude-table-and-children: filter@ column-inserts inserts if-exists lock-wait-timeout: no-comments no-publications no-sync no-tablespaces on-conflict-do-nothing quote-all-identifiers rows-per-insert: section: serializable-deferrable snapshot: strict-names use-set-session-authorization role: host:=h port:=p username:=U no-password=w password=W echo=e version=V help;none client
  redis-cli valkey-cli keydb-cli;h:p:s:a:u:r:i:n:xX:d:D:ct:23evE;user: pass: askpass sni: tls insecure cacert@ cacertdir@ cert@ key@ tls-ciphers: tls-ciphersuites: raw no-raw quoted-input csv json quoted-json show-pushes: stat latency latency-history latency-dist lru-test: replica slave rdb! functions-rdb! pipe pipe-timeout: bigkeys memkeys memkeys-samples: hotkeys scan pattern: quoted-pattern: count: intrinsic-latency: eval@ ldb ldb-sync-mode cluster verbose no-auth-warning help version=v;ordered none client
  mysql mariadb;ABbCcEfGHiIjJLNnoqrsTtUvVwWXD:e:h:P:p?S:u:;execute:=e database:=D batch=B skip-column-names=N table=t vertical=E xml=X html=H quick=q raw=r no-auto-rehash=A auto-rehash unbuffered=n one-database=o wait=w safe-updates=U i-am-a-dummy=U comments=c skip-comments column-names column-type-info named-commands=G local-infile? tee! pager? delimiter: init-command: init-command-add: binary-mode no-beep=b line-numbers skip-line-numbers=L sigint-ignore=i show-warnings abort-source-on-error syslog=j reconnect skip-reconnect select-limit: max-join-size: net-buffer-length: host:=h port:=P user:=u password?=p socket:=S protocol: compress=C verbose=v force=f silent=s version=V help defaults-file@ defaults-extra-file@ defaults-group-suffix: no-defaults print-defaults login-path: default-character-set: ssl ssl-mode: ssl-ca@ ssl-capath@ ssl-cert@ ssl-key@ ssl-cipher: ssl-verify-server-cert skip-ssl tls-version: connect-timeout: max-allowed-packet: plugin-dir: default-auth: get-server-public-key character-sets-dir@;none client
  mysqladmin mariadb-admin;bBCEfHijklOqrsvVtc:h:i:P:p?S:u:w?;count:=c sleep:=i wait?=w relative=r vertical=E no-beep=b shutdown-timeout: host:=h port:=P user:=u password?=p socket:=S protocol: compress=C verbose=v force=f silent=s version=V help defaults-file@ defaults-extra-file@ defaults-group-suffix: no-defaults print-defaults login-path: default-character-set: ssl ssl-mode: ssl-ca@ ssl-capath@ ssl-cert@ ssl-key@ ssl-cipher: ssl-verify-server-cert skip-ssl tls-version: connect-timeout: max-allowed-packet: plugin-dir: default-auth: get-server-public-key character-sets-dir@;none client
  mysqldump mariadb-dump;aABcCdeEfFiIKnNlOqQRtvVxXYh:P:p?r!S:T!u:w:;all-databases=A databases=B where:=w tables no-data=d no-create-info=t no-create-db=n add-drop-table add-drop-database single-transaction quick=q lock-tables=l lock-all-tables=x routines=R events=E triggers skip-triggers skip-lock-tables hex-blob result-file!=r tab!=T ignore-table: set-gtid-purged: master-data? source-data? column-statistics: flush-logs=F flush-privileges opt skip-opt extended-insert=e complete-insert=c xml=X skip-comments skip-add-locks skip-add-drop-table no-tablespaces=y compact order-by-primary delete-master-logs delete-source-logs dump-date insert-ignore replace fields-terminated-by: lines-terminated-by: host:=h port:=P user:=u password?=p socket:=S protocol: compress=C verbose=v force=f silent=s version=V help defaults-file@ defaults-extra-file@ defaults-group-suffix: no-defaults print-defaults login-path: default-character-set: ssl ssl-mode: ssl-ca@ ssl-capath@ ssl-cert@ ssl-key@ ssl-cipher: ssl-verify-server-cert skip-ssl tls-version: connect-timeout: max-allowed-packet: plugin-dir: default-auth: get-server-public-key character-sets-dir@;none client
  # What runs other programs
  k3s k0s microk8s rke2;h;help=h;ordered bundle none
  minikube;p:h;profile:=p help=h;ordered bundle none
  tsh;l:d;login:=l proxy: user: cluster: ttl: auth: identity@ debug=d insecure;ordered bundle none
  aws-vault;d:njtsr:;backend: duration:=d no-session=n json=j region: mfa-token:=t server=s ec2-server ecs-server lazy stdout prompt: debug;ordered bundle none
  op;;env-file@ account: config@ environment: session: cache no-masking debug;ordered bundle none
  direnv;;;ordered bundle none
  chamber;b:r:v;backend:=b retries:=r strict pristine verbose=v;ordered bundle none
  dotenv;e@f@v:cpo;env-file@=e file@=f cascade=c override=o no-override;ordered bundle none
  doppler;p:c:t:;project:=p config:=c token:=t command$ mount: mount-format: fallback@ scope: preserve-env? only-secrets: name-transformer: no-cache no-fallback forward-signals;ordered bundle none
  infisical;e:p:t:;env:=e path: projectId: token: command$ tags: watch recursive domain: expand include-imports;ordered bundle none
  sudo;AbBEeHhiKklNnPSsVva:C:c:D:g:p:R:r:t:T:U:u:;user:=u group:=g login=i shell=s edit=e non-interactive=n stdin=S preserve-env? set-home=H background=b chdir:=D chroot:=R host:=h prompt:=p close-from:=C list=l validate=v reset-timestamp=k remove-timestamp=K askpass=A bell=B type:=t role:=r other-user:=U command-timeout:=T preserve-groups=P login-class:=c;ordered privileged environment none
  sudoedit;AbEHknSg:p:u:;user:=u;privileged write
  doas;nsLC:u:a:;;ordered privileged environment none
  pkexec;;user: disable-internal-agent keep-cwd;ordered privileged prefix none
  run0 gosu su-exec setpriv;u:g:n;user:=u group:=g reuid: regid: init-groups clear-groups;ordered privileged prefix none
  su;flmpPc$s:g:G:w:T;command$=c session-command$=c login=l shell:=s preserve-environment=p pty=P group:=g supp-group:=G fast=f whitelist-environment:=w;privileged user none
  runuser;flmpPc$s:g:G:u:w:T;command$=c session-command$=c user:=u login=l shell:=s preserve-environment=p group:=g supp-group:=G;privileged ordered user none
  sg newgrp;c$;;ordered none
  env;0iu:C:S:v;ignore-environment=i unset:=u chdir:=C split-string:=S null=0 debug=v argv0: block-signal? default-signal? ignore-signal?;ordered environment none
  nice;n:0123456789;adjustment:=n;ordered prefix none
  ionice;c:n:p:P:u:t;class:=c classdata:=n pid:=p ignore=t;ordered prefix none
  nohup setsid catchsegv eatmydata torsocks torify tsocks unbuffer rlwrap dbus-run-session dbus-launch fakeroot linux32 linux64 caffeinate choom cgexec primusrun optirun ltrace-run;cfwpqasdimtuH:r:N:b:g:l:n:;fork=f ctty=c wait=w adjust: exit-with-session;ordered prefix none
  time gtime;papvqo!f:;append=a format:=f output!=o portability=p verbose=v quiet=q;ordered prefix none
  timeout gtimeout;fvpk:s:;signal:=s kill-after:=k preserve-status=p foreground=f verbose=v;ordered prefix none
  stdbuf;i:o:e:;input:=i output:=o error:=e;ordered prefix none
  chroot;;userspec: groups: skip-chdir;ordered prefix none
  unshare;mnpuiUCTfrcS:G:R@w@l:;mount?=m net?=n pid?=p uts?=u ipc?=i user?=U fork=f map-root-user=r map-current-user=c root@=R wd@=w mount-proc? kill-child? propagation: setuid:=S setgid:=G cgroup?=C time?=T map-user: map-group: map-auto;ordered prefix none
  nsenter;t:aFm?n?p?u?i?U?C?T?r?w?S:G:Z;target:=t all=a mount?=m net?=n pid?=p uts?=u ipc?=i user?=U root?=r wd?=w cgroup?=C no-fork=F setuid:=S setgid:=G preserve-credentials;ordered prefix none
  entr;acdnprzs$;;ordered prefix none
  proot;r@R@S@b:q:w@0m:v:;rootfs@=r bind:=b cwd@=w root-id=0;ordered prefix none
  lxc-attach;n:s:u:g:;name:=n clear-env keep-env;ordered prefix none
  systemd-nspawn;D@M:i@u:abqE:xnU;directory@=D machine:=M image@=i user:=u bind: bind-ro: setenv:=E ephemeral=x quiet=q boot=b;ordered prefix none
  taskset;acp;all-tasks=a cpu-list=c pid=p;ordered prefix none
  chrt;abdfimoprRvT:P:D:;batch=b fifo=f idle=i max=m other=o pid=p rr=r verbose=v deadline=d reset-on-fork=R;ordered prefix none
  prlimit;p:;pid:=p nofile? as? core? cpu? nproc? data? stack? fsize? memlock? rss?;ordered prefix none
  numactl;i:N:C:m:p:l;interleave:=i cpunodebind:=N physcpubind:=C membind:=m preferred:=p localalloc=l;ordered prefix none
  strace ltrace;cdfhiqrtTvVwxyzZCFkDa:b:e:E:I:o!O:p:P@s:S:u:U:X:n:l:A:;output!=o follow-forks=f trace:=e string-limit:=s summary-only=c attach:=p user:=u;ordered prefix none
  valgrind;qvhd;;ordered prefix none
  firejail bwrap;;;ordered prefix none
  xvfb-run;ae!f!hln:p:s:w:i;auto-servernum=a server-args:=s server-num:=n error-file!=e auth-file!=f listen-tcp=l wait:=w;ordered prefix none
  proxychains proxychains4;qf@;;ordered prefix none
  ssh-agent;a:cDdE:kP:st:O:;;ordered prefix none
  systemd-run systemd-inhibit systemd-cat;GqtPSdru:p:H:M:E:;user scope unit:=u property:=p slice: wait pty=t pipe=P shell=S quiet=q collect=G on-active: on-boot: on-calendar: on-unit-active: timer-property: uid: gid: nice: working-directory@ setenv:=E description: service-type: remain-after-exit=r machine:=M host:=H no-block no-ask-password what: who: why: mode: identifier:=t priority:=p send-sighup same-dir=d;ordered prefix none
  setarch i386 x86_64;BFILRSTXZv3h;;ordered prefix none
  watch;bcdegnptwxn:q:;interval:=n differences?=d exec=x no-title=t color=c beep=b errexit=e chgexit=g precise=p;ordered joined none
  script;aefqc$o:I!O!B!T!m:E:t?;command$=c append=a flush=f quiet=q return=e log-out!=O log-in!=I log-io!=B timing?=t force;write
  flock;seuxnoFvc$w:E:;shared=s exclusive=e unlock=u nonblock=n nb=n close=o no-fork=F command$=c timeout:=w wait:=w conflict-exit-code:=E verbose=v;ordered lock none
  command builtin;pvV;;ordered exec none
  exec;cla:;;ordered exec none
  coproc;;;ordered exec none
  busybox busybox.static busybox-static toybox sash;;list install;ordered applet none
  ld-linux;;preload@ library-path: argv0: inhibit-rpath: audit@ verify list inhibit-cache;ordered prefix none
  screen;dmADrRxUqLaS:c@e:h:p:s:t:T:X;;ordered prefix none
  tmux;2CDluvqNVc$f@L:S@T:;;ordered joined none
  eval;;;eval none
  . source;;;ordered source
  trap;lp;;ordered trap none
  sh bash dash zsh ksh mksh ash rbash csh tcsh fish rksh hush yash;abcdefghijklmnpqrstuvwxyzABCDEFGHIJKLMNPQRSTUVWXYZo:O:;rcfile@ init-file@ login=l norc noprofile posix verbose=v restricted=r command=c noediting;ordered shell
  python pypy;BbdEhiIOPqsSuvVxc:m:W:X:;;ordered interpreter
  perl;acCfhlnpsStTuUvVwWXe:E:F?i?0?d?D?I@m:M:x?;;ordered interpreter
  ruby;acdhlnpsSvwWyUe:C@E:F?i?I@K:r:T?x?0?;;ordered interpreter
  node nodejs deno bun;chipve:r:C:;eval:=e print:=p check=c require:=r import: interactive=i input-type: loader: inspect? max-old-space-size:;ordered interpreter
  php;aB:CeE:fF@hilmnqr:R:stvwz:;run:=r;ordered interpreter
  lua luajit tclsh expect osascript Rscript groovy julia pwsh;e:l:iEvWc:;eval:=e;ordered interpreter
  vi vim nvim view ex ed emacs nano;AbCdDeEfFgHilLmMnNORrsTtuUvVwWXxyYZc:q@S@i!o?O?p?P:;cmd: eval: batch script@ load@;editor
  man;P$aCdDefFhHiIkKlLmMrRsStTuUVwWXZ;pager$=P;none
  # Builtins
  echo;;;ordered none
  printf;v:;;ordered none
  : true false;;;ordered none
  cd pushd;LPe@n;;ordered directory
  popd;n;;ordered directory
  export readonly declare typeset local;aAfFgiIlnprtux;;declare none
  read mapfile readarray getopts unset let;ersa:d:i:n:N:p:t:u:fvO:C$c:;;read none
  compgen complete;abcdefgjksuvprDEIA:C$F:G:P:S:W:X:o:;;none
  alias;p;;alias none
  set shift unalias jobs wait bg fg disown ulimit umask shopt bind hash type which exit return break continue history fc help;;;ordered read none
  test [ expr seq sleep date hostname uname whoami id groups users who w uptime free env-print printenv tput clear locale yes nproc arch;;;plain none
  """
