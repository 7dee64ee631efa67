from app_migrator.launcher import main

main()
