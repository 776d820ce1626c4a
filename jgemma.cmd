@echo off
rem Starts jgemma on Java 25 or newer: in a distribution (bin\jgemma.cmd), or in a checkout, which it builds when its
rem sources are newer than the last build. All arguments go to jgemma. JGEMMA_JAVA_OPTS holds further options for the JVM.
setlocal
set "JGEMMA_ROOT=%~dp0"
if exist "%JGEMMA_ROOT%pom.xml" goto :checkout

for %%H in ("%~dp0..") do set "JGEMMA_HOME=%%~fH"
call "%JGEMMA_HOME%\lib\find-jdk.cmd" 25 999 runtime
if errorlevel 1 goto :no_jdk
goto :start

:checkout
set "JGEMMA_HOME=%JGEMMA_ROOT%cli\target\dist"
call "%JGEMMA_ROOT%.mvn\find-jdk.cmd" 25
if errorlevel 1 goto :no_jdk
powershell -NoProfile -Command "$built = Get-Item -ErrorAction SilentlyContinue (Join-Path $env:JGEMMA_HOME 'built'); if (-not $built) { exit 1 }; $newer = 'pom.xml', '.mvn', 'engine', 'models', 'cuda-kernels', 'server', 'cli' | ForEach-Object { Get-ChildItem -Recurse -File (Join-Path $env:JGEMMA_ROOT $_) } | Where-Object { $_.FullName -notmatch '\\target\\' -and $_.LastWriteTimeUtc -gt $built.LastWriteTimeUtc } | Select-Object -First 1; if ($newer) { exit 1 }"
if not errorlevel 1 goto :start
echo jgemma: building, since this is the first start or sources have changed; it takes a minute or two 1>&2
pushd "%JGEMMA_ROOT%"
call mvnw.cmd -q -B -Dmaven.test.skip=true -pl cli -am package 1>&2
if errorlevel 1 (
    popd
    echo jgemma: the build failed 1>&2
    exit /b 1
)
popd
type nul > "%JGEMMA_HOME%\built"

:start
rem Java takes its command line in the system's code page, which may lack letters of this folder: its short name has none of them.
for %%H in ("%JGEMMA_HOME%") do if exist "%%~sH\lib\jgemma.jar" set "JGEMMA_HOME=%%~sH"
rem A server may have a larger heap; why these options: see the script for other systems.
set "JGEMMA_HEAP=-XX:+UseSerialGC -Xmx384m"
if "%~1"=="serve" set "JGEMMA_HEAP=-XX:+UseG1GC -Xmx2g"
set "JGEMMA_REPORTS=%TEMP%"
if defined LOCALAPPDATA set "JGEMMA_REPORTS=%LOCALAPPDATA%\jgemma"
if not exist "%JGEMMA_REPORTS%" mkdir "%JGEMMA_REPORTS%" 2>nul
"%FOUND_JDK%\bin\java.exe" ^
    %JGEMMA_HEAP% -Xms32m -XX:MaxHeapFreeRatio=40 -XX:+UseCompactObjectHeaders -XX:-UsePerfData ^
    -Xlog:disable -Xlog:all=warning,aot*=off,cds*=off:stderr -XX:+DisplayVMOutputToStderr "-XX:ErrorFile=%JGEMMA_REPORTS%\hs_err_pid%%p.log" ^
    -Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0 %FOUND_VECTOR% --enable-native-access=ALL-UNNAMED %JGEMMA_JAVA_OPTS% ^
    -cp "%JGEMMA_HOME%\lib\jgemma.jar" io.jgemma.cli.Main %*
exit /b %ERRORLEVEL%

:no_jdk
echo jgemma: this needs Java 25, and none was found: install a JDK 25, for example Eclipse Temurin 25, or set JAVA_HOME to one. 1>&2
exit /b 1
