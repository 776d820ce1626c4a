@echo off
rem Runs Maven on JDK 25: an installed Maven 3.8 or newer, else a pinned one from Apache's distribution archive, whose
rem SHA-512 is checked before anything of it runs.
setlocal
set "MVN_VERSION=3.9.12"
set "MVN_SHA512=0ef0d074761a55e7b982fd7f2cd6ea2da028289c73156ebd488c0513efbff8a64ac5bc0c11c3b8bbced930ce15238ecef344b0e065ae54f7cdca8c86cf39e736"
set "MVN_URL=https://archive.apache.org/dist/maven/maven-3/%MVN_VERSION%/binaries/apache-maven-%MVN_VERSION%-bin.zip"

call "%~dp0.mvn\find-jdk.cmd" 25 25
if errorlevel 1 (
    echo mvnw: jgemma is built with JDK 25, and none was found: install one, for example Eclipse Temurin 25, or set JAVA_HOME to it. 1>&2
    exit /b 1
)
set "JAVA_HOME=%FOUND_JDK%"
rem Maven's own libraries do what this JDK warns about.
set "MAVEN_OPTS=--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED %MAVEN_OPTS%"

set "MVN="
if defined MAVEN_HOME call :use_if_recent "%MAVEN_HOME%\bin\mvn.cmd"
if not defined MVN for /f "delims=" %%M in ('where mvn.cmd 2^>nul') do if not defined MVN call :use_if_recent "%%M"
if defined MVN goto :run

set "MVN_STORE=%USERPROFILE%\.m2\wrapper\jgemma"
set "MVN=%MVN_STORE%\apache-maven-%MVN_VERSION%\bin\mvn.cmd"
if exist "%MVN%" goto :run
echo mvnw: no Maven 3.8 or newer found, downloading Maven %MVN_VERSION% 1>&2
powershell -NoProfile -Command "$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'; New-Item -Force -ItemType Directory $env:MVN_STORE | Out-Null; $work = Join-Path $env:MVN_STORE ([guid]::NewGuid()); New-Item -ItemType Directory $work | Out-Null; try { $zip = Join-Path $work 'maven.zip'; Invoke-WebRequest -UseBasicParsing $env:MVN_URL -OutFile $zip; $found = (Get-FileHash -Algorithm SHA512 $zip).Hash; if ($found -ne $env:MVN_SHA512) { throw ($env:MVN_URL + ' has SHA-512 ' + $found + ', expected ' + $env:MVN_SHA512 + ': not used') }; Expand-Archive $zip $work; Move-Item (Join-Path $work ('apache-maven-' + $env:MVN_VERSION)) $env:MVN_STORE } catch { [Console]::Error.WriteLine('mvnw: ' + $_); exit 1 } finally { Remove-Item -Recurse -Force $work }"
if errorlevel 1 exit /b 1

:run
call "%MVN%" %*
exit /b %ERRORLEVEL%

rem Sets MVN to the given mvn.cmd where that is Maven 3.8 or newer.
:use_if_recent
if not exist "%~1" exit /b 0
for /f "tokens=1,2,3" %%U in ('call "%~1" -B -v 2^>nul') do if "%%U %%V"=="Apache Maven" call :compare "%~1" %%W
exit /b 0

:compare
for /f "tokens=1,2 delims=." %%A in ("%~2") do (
    if %%A GTR 3 set "MVN=%~1"
    if %%A EQU 3 if %%B GEQ 8 set "MVN=%~1"
)
exit /b 0
