# shellcheck shell=sh
# Finds a JDK by its "release" file, without starting one. Sourced by mvnw and by the launcher.
#
#   find_jdk MIN [MAX]   sets FOUND_JDK to the home of a JDK of feature version MIN or newer (at most MAX), or returns 1.
#                        Order: JAVA_HOME, java on the PATH, the usual places of each system; MIN itself is preferred there.

# resolve_links FILE: sets RESOLVED to the file that FILE leads to.
resolve_links() {
    RESOLVED=$1
    while [ -h "$RESOLVED" ]; do
        _link=$(readlink "$RESOLVED")
        case $_link in
        /*) RESOLVED=$_link ;;
        *) RESOLVED=$(dirname "$RESOLVED")/$_link ;;
        esac
    done
}

# _check_jdk HOME MIN MAX: sets JDK_FEATURE; false where HOME is no JDK of a wanted version with the vector module.
_check_jdk() {
    JDK_FEATURE=
    [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    _has_vector=true
    while IFS= read -r _line || [ -n "$_line" ]; do
        case $_line in
        JAVA_VERSION=*)
            _version=${_line#JAVA_VERSION=}
            _version=${_version#\"}
            JDK_FEATURE=${_version%%[!0-9]*}
            ;;
        MODULES=*jdk.incubator.vector*) ;;
        MODULES=*) _has_vector=false ;;
        esac
    done <"$1/release"
    [ "$_has_vector" = true ] && [ -n "$JDK_FEATURE" ] && [ "$JDK_FEATURE" -ge "$2" ] && [ "$JDK_FEATURE" -le "$3" ]
}

find_jdk() {
    _min=$1
    _max=${2:-999}
    FOUND_JDK=
    if _check_jdk "${JAVA_HOME-}" "$_min" "$_max"; then
        FOUND_JDK=$JAVA_HOME
        return 0
    fi
    if _java=$(command -v java 2>/dev/null); then
        resolve_links "$_java"
        _home=$(dirname "$(dirname "$RESOLVED")")
        if _check_jdk "$_home" "$_min" "$_max"; then
            FOUND_JDK=$_home
            return 0
        fi
    fi
    for _home in \
        /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /usr/local/openjdk* /opt/* /opt/java/* /opt/jdk/* \
        "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* "${HOME-}"/.jdk/* "${HOME-}"/.jabba/jdk/* \
        "${HOME-}"/.asdf/installs/java/* "${HOME-}"/.local/share/mise/installs/java/* "${HOME-}"/.gradle/jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "${HOME-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
        /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec \
        "/c/Program Files/Java"/* "/c/Program Files/Eclipse Adoptium"/* "/c/Program Files/Microsoft"/jdk* \
        "/c/Program Files/Amazon Corretto"/* "/c/Program Files/Zulu"/*; do
        if _check_jdk "$_home" "$_min" "$_max"; then
            if [ "$JDK_FEATURE" -eq "$_min" ]; then
                FOUND_JDK=$_home
                return 0
            fi
            [ -n "$FOUND_JDK" ] || FOUND_JDK=$_home
        fi
    done
    if [ -z "$FOUND_JDK" ] && [ -x /usr/libexec/java_home ]; then
        _home=$(/usr/libexec/java_home -v "$_min" 2>/dev/null) || _home=
        if _check_jdk "$_home" "$_min" "$_max"; then
            FOUND_JDK=$_home
        fi
    fi
    [ -n "$FOUND_JDK" ]
}
