@echo off
rem Install the acceptance toolkit, offline: install.bat [FOLDER]
setlocal
set PYTHONUTF8=1
where py >nul 2>nul
if errorlevel 1 (
  echo Python @PYTHON@ is needed: install it for all users, with the launcher "py".
  exit /b 1
)
py -@PYTHON@ "%~dp0install.py" %*
exit /b %errorlevel%
