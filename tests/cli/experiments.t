Every experiment that is shipped is valid, and says of itself what a reader wants to know first.

  $ cd $repository && ls experiments/*.yaml | grep -c quickstart
  1
  $ for file in experiments/*.yaml; do winnow check $file >/dev/null 2>&1 || echo $file; done
  $ for key in Question Takes Figures; do grep -L "^# $key: " experiments/*.yaml; done
