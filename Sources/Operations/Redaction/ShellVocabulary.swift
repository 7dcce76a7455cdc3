/// Words of shell lines that say what is done rather than to whom: what rules ask about, and what everybody types.
enum ShellVocabulary {
  /// Subcommands, kinds of resources, and options with a single dash.
  static let words = set(
    """
    add abort all amend apply approve attach auth autoremove autoscale base64 bisect blame branch build bundle bump cat
    check checkout cherry-pick clean clone close commit compose config connect container context convert copy cordon
    cp create cronjob cronjobs daemon-reload daemonset daemonsets db debug decode decrypt default delete deploy
    deployment deployments describe destroy detach diff disable dist-upgrade down drain drop dump edit enable encrypt
    endpoints env events eval exec expose export false fetch force get git global grant head help hard history host
    image images import info ingress init inspect install issue job jobs keys kill label list load log login logout
    logs ls main manifest master merge migrate mirror mount mv namespace namespaces net network networks new node
    nodes none null off on open origin output patch pause pod pods policy pop pr prune publish pull purge push put
    query read rebase reboot release reload remote remove rename replace replicaset replicasets repo reset restart
    restore resume revert rm role rolebinding rollback rollout root run save scale schedule script search secret
    secrets service serviceaccount serviceaccounts services session set show shutdown soft squash ssh stack start
    stash state statefulset statefulsets status stdin stdout stop storage submodule sudo switch sync system tag taint
    tap test top track true uncordon undo uninstall unmask unset up update upgrade upload use user users validate
    vault version view volume volumes wait watch whoami workflow worktree write yes
    hpa csr can-i cluster-info api-resources explain clusterrole clusterroles clusterrolebinding clusterrolebindings
    rolebindings roles certificate deny
    po svc deploy ns cm configmap configmaps sts ds rs ing pv pvc sa no cj
    get-value put-object s3 s3api ec2 iam sts rds eks ecr lambda aws kms sns sqs ssm logs cloudformation route53
    GET POST PUT PATCH DELETE HEAD OPTIONS TERM KILL HUP INT QUIT STOP CONT USR1 USR2 SIGTERM SIGKILL SIGHUP
    json yaml wide name text table csv tcp udp any http https ssh ftp file utf-8
    kubectl scp sftp rsync sftp-server internal-sftp
    if of bs count conv status seek skip
    -name -iname -path -type -delete -exec -execdir -ok -print -print0 -mtime -mmin -size -user -group -perm -newer
    -maxdepth -mindepth -not -prune -empty -auto-approve -target -var -var-file -out -lock -input -no-color -jar -cp
    -version -help -recurse -force -e -i
    """)

  /// Names of folders and files that every machine has, and those that rules speak of.
  static let pathParts = set(
    """
    . .. ~ bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr var log local share cache
    spool lost+found null zero random urandom full tty stdin stdout stderr fd mem sda sda1 sdb nvme0n1 tcp udp shm
    passwd shadow gshadow group sudoers sudoers.d hosts resolv.conf fstab crontab cron.d cron.daily cron.hourly
    init.d systemd system profile profile.d environment ld.so.preload ssh sshd_config ssh_config pam.d nginx apache2
    mysql postgresql redis docker docker.sock kubernetes pki audit secure wtmp btmp lastlog utmp auth.log syslog
    messages self environ cmdline 1 .ssh authorized_keys authorized_keys2 id_rsa id_dsa id_ecdsa id_ed25519
    known_hosts config .aws credentials .kube .azure .config gcloud .docker config.json .gnupg .netrc .pgpass .my.cnf
    .git .gitconfig .git-credentials .npmrc .pypirc .env .bashrc .bash_profile .bash_history .bash_logout .profile
    .zshrc .zsh_history .history .mysql_history .psql_history .vimrc .cache .local node_modules .terraform .vault-token
    terraform.tfstate Makefile Dockerfile package.json secrets serviceaccount token kubelet manifests admin.conf
    """)

  /// Endings that say what kind of file it is.
  static let endings = set(
    """
    sh bash py rb pl js ts go rs c h java jar sql json yaml yml xml html css md txt log csv tsv conf cfg ini env toml
    tf tfvars tfstate gz tgz tar zip bz2 xz zst 7z pem key crt cer p12 pfx pub bak old tmp sock service so deb rpm img
    iso dump db sqlite lock pid
    """)

  private static func set(_ words: String) -> Set<[UInt8]> {
    Set(words.split { $0 == " " || $0 == "\n" }.map { Array($0.utf8) })
  }
}
