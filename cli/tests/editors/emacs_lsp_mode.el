;;; What a user of Emacs with lsp-mode does, one after the other; see neovim.lua.  -*- lexical-binding: t -*-

(require 'footrule-mode)
(require 'lsp-mode)
(require 'lsp-completion)
(require 'lsp-diagnostics)

(defun drive-finding ()
  "The findings of the file that name what is not there."
  (seq-filter (lambda (d) (string-match-p "no_such_name" (lsp:diagnostic-message d)))
              (gethash (lsp--fix-path-casing (buffer-file-name)) (lsp-diagnostics t))))

(setq lsp-auto-guess-root t
      lsp-session-file (expand-file-name "session")
      lsp-enable-file-watchers nil
      lsp-diagnostics-provider :none
      lsp-idle-delay 0.05
      lsp-restart 'ignore)
(find-file "rule.pcr")
(lsp)
(drive-wait "the server starts"
            (lambda () (seq-some (lambda (w) (eq 'initialized (lsp--workspace-status w))) (lsp-workspaces))))

;; Findings while typing.
(goto-char (point-max))
(let ((end (point)))
  (insert "let broken = no_such_name\n")
  (drive-wait "a finding" #'drive-finding)
  (delete-region end (point-max))
  (drive-wait "no finding any more" (lambda () (not (drive-finding)))))

;; Completion behind `default frei'.
(drive-to "freight(mode)")
(forward-char 4)
(let* ((table (nth 2 (lsp-completion-at-point)))
       (offered (all-completions "frei" table)))
  (drive-check "`freight' is offered" (seq-some (lambda (o) (string-match-p "\\`freight" o)) offered)))

;; A hover.
(drive-to "freight(mode)")
(let ((card (lsp-request "textDocument/hover" (lsp--text-document-position-params))))
  (drive-check "a hover" (and card (lsp:hover-contents card))))

;; A rename in the rule reaches the module.
(lsp-rename "freight_factor")
(drive-to "freight_factor(mode)")

;; Formatting brings the columns back.
(let ((neat (buffer-string)))
  (drive-to "boundary ")
  (search-forward "boundary")
  (insert "      ")
  (lsp-format-buffer)
  (drive-check "the file is formatted" (equal neat (buffer-string))))

;; A literate file has the same server.
(with-temp-file "page.pcr.md" (insert "# 1 A page\n\n```pcr\nconst two = no_such_name\n```\n"))
(with-current-buffer (find-file-noselect "page.pcr.md")
  (drive-check "the mode of a literate file" (eq major-mode 'footrule-literate-mode))
  (lsp)
  (drive-wait "a finding in the fence" #'drive-finding)
  (kill-buffer))
(delete-file "page.pcr.md")

(save-some-buffers t)
(princ "done\n")
(kill-emacs 0)
