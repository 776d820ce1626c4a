@echo off
rem Finds a JDK by its "release" file, without starting one. Called by mvnw.cmd and jgemma.cmd:
rem   call find-jdk.cmd MIN [MAX [runtime]]   sets FOUND_JDK to the home of a JDK of feature version MIN to MAX, or returns 1. With
rem                                           "runtime" one that cannot compile will do. FOUND_VECTOR is the option that adds the
rem                                           Vector API where that JDK has it.
rem Order: JAVA_HOME, java on the PATH, the usual folders.
set "FOUND_JDK="
set "FOUND_VECTOR="
set "_min=%~1"
set "_max=%~2"
set "_program=javac.exe"
if not defined _max set "_max=999"
if "%~3"=="runtime" set "_program=java.exe"
if defined JAVA_HOME call :check "%JAVA_HOME:"=%"
if defined FOUND_JDK exit /b 0
for /f "delims=" %%J in ('where java.exe 2^>nul') do if not defined FOUND_JDK call :check "%%~dpJ.."
if defined FOUND_JDK exit /b 0
for %%R in (
    "%ProgramFiles%\Eclipse Adoptium"
    "%ProgramFiles%\Java"
    "%ProgramFiles%\Microsoft"
    "%ProgramFiles%\Amazon Corretto"
    "%ProgramFiles%\Zulu"
    "%ProgramFiles%\BellSoft"
    "%ProgramFiles%\OpenJDK"
    "%LOCALAPPDATA%\Programs\Eclipse Adoptium"
    "%USERPROFILE%\.jdks"
    "%USERPROFILE%\.gradle\jdks"
) do if exist "%%~R" for /d %%D in ("%%~R\*") do if not defined FOUND_JDK call :check "%%~fD"
if defined FOUND_JDK exit /b 0
exit /b 1

:check
set "_version="
set "_modules="
set "_feature="
if not exist "%~1\bin\%_program%" exit /b 0
if not exist "%~1\release" exit /b 0
for /f "usebackq tokens=1,2 delims==" %%K in ("%~1\release") do (
    if "%%K"=="JAVA_VERSION" set _version=%%L
    if "%%K"=="MODULES" set _modules=%%L
)
if not defined _version exit /b 0
set _version=%_version:"=%
if defined _modules set _modules=%_modules:"=%
for /f "delims=.-+" %%M in ("%_version%") do set "_feature=%%M"
if not defined _feature exit /b 0
if %_feature% LSS %_min% exit /b 0
if %_feature% GTR %_max% exit /b 0
set "FOUND_JDK=%~f1"
for %%M in (%_modules%) do if "%%M"=="jdk.incubator.vector" set "FOUND_VECTOR=--add-modules=jdk.incubator.vector"
exit /b 0
