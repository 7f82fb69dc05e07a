;;; What a user of Emacs does, one after the other; see neovim.lua.  -*- lexical-binding: t -*-

(require 'footrule-mode)
(require 'eglot)
(require 'flymake)

(defun drive-face (text)
  "The face at the beginning of TEXT."
  (drive-to text)
  (get-text-property (point) 'face))

(setq eglot-autoshutdown nil)
(find-file "rule.pcr")
(drive-check "the mode" (eq major-mode 'footrule-mode))
(font-lock-ensure)
(drive-check "colours"
             (and (eq (drive-face "rule garment") 'font-lock-keyword-face)
                  (eq (drive-face "garment\n") 'font-lock-variable-name-face)
                  (eq (drive-face "//! ") 'font-lock-comment-delimiter-face)
                  (eq (drive-face "zh \"") 'font-lock-keyword-face)))
(with-temp-buffer
  (insert "enum A {\nb\n}\ninput 量: kg\n")
  (footrule-mode)
  (indent-region (point-min) (point-max))
  (drive-check "entries are indented" (equal (buffer-string) "enum A {\n    b\n}\ninput 量: kg\n")))
(with-temp-buffer
  (insert "the input here\n\n```pcr\ninput 量: kg\n```\n\nan input there\n")
  (footrule-literate-mode)
  (font-lock-ensure)
  (drive-check "fences alone have colours"
               (equal (mapcar #'drive-face '("the input" "input 量" "an input"))
                      '(nil font-lock-keyword-face nil)))
  (drive-to "an input")
  (forward-char 3)
  (drive-check "prose has no colours" (null (get-text-property (point) 'face))))
(drive-check "the package is the project" (file-equal-p (cdr (project-current)) "."))
(apply #'eglot (eglot--guess-contact))
(drive-wait "the server starts" #'eglot-current-server)

;; Findings while typing.
(flymake-mode 1)
(goto-char (point-max))
(let ((end (point)))
  (insert "let broken = no_such_name\n")
  (eglot--signal-textDocument/didChange)
  (drive-wait "a finding"
              (lambda ()
                (flymake-start)
                (cl-some (lambda (d) (string-match-p "no_such_name" (flymake-diagnostic-text d))) (flymake-diagnostics))))
  (delete-region end (point-max))
  (eglot--signal-textDocument/didChange)
  (drive-wait "no finding any more"
              (lambda ()
                (flymake-start)
                (not (cl-some (lambda (d) (string-match-p "no_such_name" (flymake-diagnostic-text d)))
                              (flymake-diagnostics))))))

;; Completion behind `default frei'.
(drive-to "freight(mode)")
(forward-char 4)
(let* ((table (nth 2 (eglot-completion-at-point)))
       (offered (all-completions "frei" table)))
  (drive-check "`freight' is offered" (cl-some (lambda (o) (string-match-p "\\`freight" o)) offered)))

;; A rename in the rule reaches the module.
(drive-to "freight(mode)")
(eglot-rename "freight_factor")
(drive-to "freight_factor(mode)")

;; Formatting brings the columns back.
(eglot--signal-textDocument/didChange)
(let ((neat (buffer-string)))
  (drive-to "boundary ")
  (search-forward "boundary")
  (insert "      ")
  (eglot--signal-textDocument/didChange)
  (eglot-format-buffer)
  (drive-check "the file is formatted" (equal neat (buffer-string))))

(save-some-buffers t)
(princ "done\n")
(kill-emacs 0)
